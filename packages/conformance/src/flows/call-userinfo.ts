/** Requests to the user info endpoint: OpenID Connect Core section 5.3.1, RFC 6750 section 2. */
import { FORM_TYPE } from '../http/browser.ts'
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectStatus, jsonOf } from '../rule/expect.ts'
import type { AuthorizeOptions } from './authorize.ts'
import { signInTokens } from './tokens.ts'

export async function callUserinfo(
  issuer: Issuer,
  accessToken: string | undefined,
  way: 'get' | 'post' | 'body' = 'get',
): Promise<Answer> {
  const url = issuer.endpoint('userinfo_endpoint')
  const bearer = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  switch (way) {
    case 'get':
      return await issuer.send({ url, headers: bearer })
    case 'post':
      return await issuer.send({ method: 'POST', url, headers: bearer })
    case 'body': {
      const body = new URLSearchParams({ access_token: accessToken ?? '' }).toString()
      return await issuer.send({
        method: 'POST',
        url,
        headers: { 'content-type': FORM_TYPE },
        body,
      })
    }
  }
}

/** What user info tells after a sign-in with these options. */
export async function userinfoOf(
  issuer: Issuer,
  options: AuthorizeOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { accessToken } = await signInTokens(issuer, options)
  const answer = await callUserinfo(issuer, accessToken)
  expectStatus(answer, 200)
  return jsonOf(answer)
}
