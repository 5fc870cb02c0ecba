/** Access tokens as JWT: RFC 9068. */
import { type JudgedJwt, judgeJwt, jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { granted, refresh, refreshTokenOf, signInTokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, shown, textMember } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Suite } from '../rule/rule.ts'

const NEEDS = ['client resource', 'setting resources'] as const

async function accessToken(issuer: Issuer): Promise<string> {
  const [resource] = issuer.settings.resources ?? []
  const { accessToken: token } = await signInTokens(issuer, {
    client: 'resource',
    changes: { resource, max_age: '10000' },
  })
  if (jwtHeader(token) === undefined) throw new NotOffered('the access token is no JWT')
  return token
}

async function read(issuer: Issuer): Promise<JudgedJwt> {
  const token = await accessToken(issuer)
  return { header: jwtHeader(token) ?? {}, claims: jwtClaims(token) }
}

export const accessTokenSuite: Suite = {
  name: 'access-token',
  title: 'JWT access tokens (RFC 9068)',
  rules: [
    must(
      'access-token.signature',
      'RFC 9068 §4',
      'A token signed with a public key verifies with the published keys.',
      NEEDS,
      async (issuer) => {
        const token = await accessToken(issuer)
        const alg = String(jwtHeader(token)?.['alg'])
        // Who shares a key with its service publishes none; only that service can look at the signature.
        if (alg.startsWith('HS')) throw new NotOffered(`the token is signed with ${alg}`)
        await judgeJwt(issuer, token, { audience: issuer.settings.resources?.[0] ?? '' })
      },
    ),
    must('access-token.type', 'RFC 9068 §2.1', 'Its type is at+jwt.', NEEDS, async (issuer) => {
      const { header } = await read(issuer)
      const type = String(header['typ'])
        .toLowerCase()
        .replace(/^application\//, '')
      expectEqual(type, 'at+jwt', 'typ')
    }),
    must('access-token.signed', 'RFC 9068 §2.1', 'It is signed.', NEEDS, async (issuer) => {
      const { header } = await read(issuer)
      expectThat(String(header['alg']).toLowerCase() !== 'none', 'alg none', 'a signature')
    }),
    must(
      'access-token.claims',
      'RFC 9068 §2.2',
      'It has iss, exp, aud, sub, client_id, iat and jti.',
      NEEDS,
      async (issuer) => {
        const { claims } = await read(issuer)
        expectEqual(claims['iss'], issuer.settings.issuer, 'iss')
        expectEqual(claims['client_id'], issuer.client('resource').id, 'client_id')
        for (const name of ['sub', 'jti']) textMember(claims, name)
        for (const name of ['exp', 'iat']) expectEqual(typeof claims[name], 'number', name)
        expectThat(claims['aud'] !== undefined, 'no aud', 'an aud')
      },
    ),
    must(
      'access-token.jti',
      'RFC 7519 §4.1.7',
      'No two tokens have the same jti.',
      NEEDS,
      async (issuer) => {
        const [first, second] = [await read(issuer), await read(issuer)]
        expectThat(
          first.claims['jti'] !== second.claims['jti'],
          shown(first.claims['jti']),
          'another jti',
        )
      },
    ),
    must(
      'access-token.scope',
      'RFC 9068 §2.2.3',
      'Where scopes were granted for the resource, they are in the token as one text.',
      NEEDS,
      async (issuer) => {
        const { scope } = (await read(issuer)).claims
        expectThat(
          ['string', 'undefined'].includes(typeof scope),
          `scope ${shown(scope)}`,
          'a text',
        )
      },
    ),
    must(
      'access-token.authentication',
      'RFC 9068 §2.2.1',
      'auth_time and acr stay what they were when the token is refreshed.',
      [...NEEDS, 'grant refresh_token'],
      async (issuer) => {
        const [resource] = issuer.settings.resources ?? []
        const changes = { resource, max_age: '10000' }
        const { body, accessToken: before } = await signInTokens(issuer, {
          client: 'resource',
          changes,
        })
        const form = { resource }
        const answer = await refresh(issuer, 'resource', refreshTokenOf(body), form)
        const after = granted(answer).accessToken
        if (jwtHeader(before) === undefined) throw new NotOffered('the access token is no JWT')
        for (const name of ['auth_time', 'acr', 'sub', 'aud']) {
          expectEqual(jwtClaims(after)[name], jwtClaims(before)[name], name)
        }
      },
    ),
  ],
}
