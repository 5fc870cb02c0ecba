/** Bearer tokens: RFC 6750 sections 2 and 3. At user info, and at a protected resource where the settings name one. */
import { callUserinfo } from '../flows/call-userinfo.ts'
import { signInTokens } from '../flows/tokens.ts'
import { FORM_TYPE } from '../http/browser.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectStatus, expectThat, header } from '../rule/expect.ts'
import { must, type Suite, should } from '../rule/rule.ts'

const NEEDS = ['client basic', 'endpoint userinfo_endpoint'] as const

async function withHeader(issuer: Issuer, authorization: string | readonly string[]) {
  return await issuer.send({
    url: issuer.endpoint('userinfo_endpoint'),
    headers: { authorization },
  })
}

export const bearerSuite: Suite = {
  name: 'bearer',
  title: 'Bearer tokens (RFC 6750)',
  rules: [
    must(
      'bearer.scheme-case',
      'RFC 9110 §11.1',
      'The name of the scheme is read without regard to letter case.',
      NEEDS,
      async (issuer) => {
        const { accessToken } = await signInTokens(issuer)
        for (const scheme of ['bearer', 'BEARER']) {
          expectStatus(await withHeader(issuer, `${scheme} ${accessToken}`), 200)
        }
      },
    ),
    must(
      'bearer.not-in-query',
      'RFC 9700 §4.3.2',
      'A token in the query opens nothing.',
      NEEDS,
      async (issuer) => {
        const { accessToken } = await signInTokens(issuer)
        const query = new URLSearchParams({ access_token: accessToken })
        const url = `${issuer.endpoint('userinfo_endpoint')}?${query}`
        const answer = await issuer.send({ url })
        expectThat(answer.status >= 400, `status ${answer.status}`, '401 or 400')
      },
    ),
    must(
      'bearer.twice',
      'RFC 6750 §2',
      'A request that sends its token in two ways is refused.',
      NEEDS,
      async (issuer) => {
        const { accessToken } = await signInTokens(issuer)
        const answer = await issuer.send({
          method: 'POST',
          url: issuer.endpoint('userinfo_endpoint'),
          headers: { authorization: `Bearer ${accessToken}`, 'content-type': FORM_TYPE },
          body: new URLSearchParams({ access_token: accessToken }).toString(),
        })
        expectStatus(answer, 400, 401)
      },
    ),
    must(
      'bearer.scheme',
      'RFC 6750 §3',
      'Another scheme than Bearer is answered with a Bearer challenge.',
      NEEDS,
      async (issuer) => {
        const answer = await withHeader(issuer, 'Basic eDp5')
        expectStatus(answer, 401, 400)
        const challenge = header(answer, 'www-authenticate')
        expectThat(/\bbearer\b/i.test(challenge), `www-authenticate "${challenge}"`, 'Bearer')
      },
    ),
    must(
      'bearer.malformed',
      'RFC 6750 §3.1',
      'A header that is malformed is a refusal of the client, not a fault of the issuer.',
      NEEDS,
      async (issuer) => {
        for (const value of [
          'Bearer',
          'Bearer ',
          'Bearer a b',
          'Bearer ä',
          `Bearer ${'x'.repeat(6000)}`,
        ]) {
          const answer = await withHeader(issuer, Buffer.from(value).toString('latin1'))
          const isRefused = [400, 401, 413, 431].includes(answer.status)
          expectThat(isRefused, `status ${answer.status}`, '400 or 401')
        }
      },
    ),
    should(
      'bearer.answers-not-stored',
      'RFC 6750 §5.3',
      'What a token opens is not kept by shared caches.',
      NEEDS,
      async (issuer) => {
        const { accessToken } = await signInTokens(issuer)
        const value = header(await callUserinfo(issuer, accessToken), 'cache-control')
        expectThat(
          /no-store|private/.test(value),
          `cache-control "${value}"`,
          'no-store or private',
        )
      },
    ),
  ],
}
