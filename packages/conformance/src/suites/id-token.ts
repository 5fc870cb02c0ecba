/** ID tokens: OpenID Connect Core sections 2, 3.1.3.6, 3.1.3.7, 10.1 and 12.2. */
import { createHash } from 'node:crypto'
import { type JudgedJwt, judgeJwt, jwtClaims, jwtHeader } from '../flows/judge-jwt.ts'
import { granted, refresh, refreshTokenOf, signInTokens, type Tokens } from '../flows/tokens.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectEqual, expectThat, shown, textMember } from '../rule/expect.ts'
import { NotOffered } from '../rule/outcome.ts'
import { must, type Rule, type Suite } from '../rule/rule.ts'
import type { ClientRole } from '../settings/client-roles.ts'

async function judged(
  issuer: Issuer,
  { body, client }: Tokens,
  secret?: string,
): Promise<JudgedJwt> {
  return await judgeJwt(issuer, textMember(body, 'id_token'), { audience: client.id, secret })
}

const CLAIMS = [
  must(
    'id-token.signature',
    'Core §3.1.3.7',
    'The ID token verifies with a published key, for this issuer and this client.',
    ['client basic'],
    async (issuer) => void (await judged(issuer, await signInTokens(issuer))),
  ),
  must(
    'id-token.rs256',
    'Core §3.1.3.7',
    'A client that registered no algorithm gets RS256, and the header names the key.',
    ['client basic'],
    async (issuer) => {
      const { header } = await judged(issuer, await signInTokens(issuer))
      expectEqual(header['alg'], 'RS256', 'alg')
      expectThat(typeof header['kid'] === 'string', `kid ${shown(header['kid'])}`, 'a kid')
    },
  ),
  must(
    'id-token.never-unsigned',
    'Core §2',
    'No ID token comes without signature, except to clients that asked for that and only as code flow.',
    ['client basic'],
    async (issuer) => {
      const { body } = await signInTokens(issuer)
      const alg = jwtHeader(textMember(body, 'id_token'))?.['alg']
      expectThat(alg !== 'none' && alg !== undefined, `alg ${shown(alg)}`, 'a signature')
    },
  ),
  must(
    'id-token.nonce',
    'Core §2',
    'The nonce of the request is in the ID token, unchanged; without one there is none.',
    ['client basic'],
    async (issuer) => {
      const tokens = await signInTokens(issuer)
      const { claims } = await judged(issuer, tokens)
      expectEqual(claims['nonce'], tokens.authorization.request.parameters['nonce'], 'nonce')
      const without = await signInTokens(issuer, { changes: { nonce: undefined } })
      expectEqual((await judged(issuer, without)).claims['nonce'], undefined, 'nonce')
    },
  ),
  must(
    'id-token.times',
    'Core §2',
    'exp and iat are numbers, and exp is after iat.',
    ['client basic'],
    async (issuer) => {
      const { iat, exp } = (await judged(issuer, await signInTokens(issuer))).claims
      const areNumbers = typeof iat === 'number' && typeof exp === 'number'
      expectThat(areNumbers && exp > iat, `iat ${shown(iat)}, exp ${shown(exp)}`, 'iat before exp')
    },
  ),
  must(
    'id-token.sub',
    'Core §2',
    'sub is a text of at most 255 ASCII characters, the same at every sign-in.',
    ['client basic'],
    async (issuer) => {
      const first = (await judged(issuer, await signInTokens(issuer))).claims['sub']
      const again = await signInTokens(issuer, { browser: issuer.browser() })
      expectThat(/^[\x20-\x7e]{1,255}$/.test(String(first)), `sub ${shown(first)}`, 'ASCII text')
      expectEqual((await judged(issuer, again)).claims['sub'], first, 'sub')
    },
  ),
  must(
    'id-token.audience',
    'Core §2',
    'aud is the client; with several audiences azp names it.',
    ['client basic'],
    async (issuer) => {
      const { claims } = await judged(issuer, await signInTokens(issuer))
      const audiences = [claims['aud']].flat()
      const azp = claims['azp']
      const isPlain = audiences.length === 1 && azp === undefined
      expectThat(isPlain || azp === issuer.client('basic').id, `azp ${shown(azp)}`, 'the client')
    },
  ),
  must(
    'id-token.at-hash',
    'Core §3.1.3.6',
    'Where at_hash is given it is that of the access token.',
    ['client basic'],
    async (issuer) => {
      const tokens = await signInTokens(issuer)
      const { claims } = await judged(issuer, tokens)
      if (claims['at_hash'] === undefined) throw new NotOffered('there is no at_hash')
      const digest = createHash('sha256').update(tokens.accessToken).digest()
      expectEqual(claims['at_hash'], digest.subarray(0, 16).toString('base64url'), 'at_hash')
    },
  ),
  must(
    'id-token.sid',
    'Back-Channel §2.1',
    'Where sessions are supported by logout, sid names the session.',
    ['client basic', 'flag backchannel_logout_session_supported'],
    async (issuer) => {
      const client = issuer.settings.clients.backchannel === undefined ? 'basic' : 'backchannel'
      const tokens = await signInTokens(issuer, { client })
      textMember((await judged(issuer, tokens)).claims, 'sid')
    },
  ),
  must(
    'id-token.refreshed',
    'Core §12.2',
    'A refreshed ID token has the iss, sub, aud and auth_time of the first.',
    ['client basic', 'grant refresh_token'],
    async (issuer) => {
      const { body } = await signInTokens(issuer, { changes: { max_age: '10000' } })
      const answer = granted(await refresh(issuer, 'basic', refreshTokenOf(body))).body
      if (answer['id_token'] === undefined) throw new NotOffered('a refresh gives no ID token')
      const [before, after] = [body, answer].map((one) => jwtClaims(textMember(one, 'id_token')))
      for (const name of ['iss', 'sub', 'aud', 'auth_time']) {
        expectEqual(after?.[name], before?.[name], name)
      }
    },
  ),
]

/** Core section 3.1.3.7 rule 7: the algorithm is the registered one. */
function algorithm(role: ClientRole, alg: string): Rule {
  return must(
    `id-token.${alg.toLowerCase()}`,
    'Core §3.1.3.7',
    `A client registered for ${alg} gets ID tokens signed with it.`,
    [`client ${role}`, `lists id_token_signing_alg_values_supported ${alg}`],
    async (issuer) => {
      const tokens = await signInTokens(issuer, { client: role })
      const secret = alg === 'HS256' ? issuer.client(role).secret : undefined
      const { header } = await judged(issuer, tokens, secret)
      expectEqual(header['alg'], alg, 'alg')
    },
  )
}

export const idTokenSuite: Suite = {
  name: 'id-token',
  title: 'ID tokens (OpenID Connect Core)',
  rules: [
    ...CLAIMS,
    algorithm('id_token_es256', 'ES256'),
    algorithm('id_token_eddsa', 'EdDSA'),
    algorithm('id_token_ps256', 'PS256'),
    algorithm('id_token_hs256', 'HS256'),
  ],
}
