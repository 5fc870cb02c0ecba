import type { AccessTokenClaims } from '@latchkey/protocol'
import {
  accessTokenVerifier,
  deriveServiceKey,
  keyMap,
  signAccessToken,
  signJwt,
} from '@latchkey/tokens'
import Fastify from 'fastify'
import t from 'tap'
import { latchkey } from '../src/index.ts'
import { type FakeVerifier, fakeVerifier, SERVICE } from './fixtures/fake-verifier.ts'

const ISSUER = 'http://sso.localhost:4000'
const NOW = 1_700_000_100
const master = Buffer.alloc(32, 7)
const keyOf = (audience: string, generation = 1) =>
  deriveServiceKey({ master, issuer: ISSUER, audience, alg: 'HS256', generation })

/** Real tokens in place of the table. */
function signedVerifier(): FakeVerifier {
  const own = keyOf(SERVICE)
  const tokens = accessTokenVerifier({ issuer: ISSUER, audience: SERVICE, keys: keyMap([own]) })
  const verifier = fakeVerifier()
  verifier.override = (token) => {
    const outcome = tokens.verify(token, NOW)
    return outcome.kind === 'invalid' ? { kind: 'invalid', reason: outcome.fault } : outcome
  }
  return verifier
}

const claims: AccessTokenClaims = {
  iss: ISSUER,
  sub: 'u_ada',
  aud: SERVICE,
  client_id: 'orders',
  iat: 1_700_000_000,
  exp: 1_700_000_300,
  jti: 'aaaaaaaaaaaaaaaaaaaaaa',
  scope: 'openid',
  rev: [0, 1, 0],
  routes: ['GET /orders'],
  sid: 's0_aaaaaaaaaaaaaaaaaaaaaa',
  auth_time: 1_700_000_000,
  acr: '1',
  amr: ['pwd'],
}

const good = signAccessToken(keyOf(SERVICE), claims)
const [header = '', payload = '', signature = ''] = good.split('.')
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const elsewhere = 'http://b.localhost:4002'

const refused: [name: string, token: string][] = [
  ['without a signature', `${header}.${payload}.`],
  ['alg none', `${part({ alg: 'none', typ: 'at+jwt', kid: keyOf(SERVICE).kid })}.${payload}.`],
  [
    'another signature',
    `${header}.${payload}.${signature.replace(/^./, (char) => (char === 'A' ? 'B' : 'A'))}`,
  ],
  ['another spelling of the signature', `${good}=`],
  ['more rights', `${header}.${part({ ...claims, routes: ['* /*'] })}.${signature}`],
  ['for another service', signAccessToken(keyOf(elsewhere), { ...claims, aud: elsewhere })],
  ['of a replaced key', signAccessToken(keyOf(SERVICE, 2), claims)],
  ['expired', signAccessToken(keyOf(SERVICE), { ...claims, iat: NOW - 300, exp: NOW })],
  ['an ID token', signJwt(keyOf(SERVICE), 'JWT', { ...claims })],
  ['a fourth part', `${good}.x`],
  ['no JWT', 'abc'],
  ['nine kilobytes', 'x'.repeat(9000)],
]

t.test('signed tokens: one answer for every one that is not good', async (t) => {
  const app = Fastify()
  t.teardown(() => app.close())
  await app.register(latchkey, { verifier: signedVerifier() })
  app.get('/orders', async (request) => request.caller)
  const ask = (token: string) =>
    app.inject({ url: '/orders', headers: { authorization: `Bearer ${token}` } })
  const answer = await ask(good)
  t.equal(answer.statusCode, 200)
  t.strictSame(answer.json(), claims)
  const answers = new Set<string>()
  for (const [name, token] of refused) {
    const { statusCode, headers, body } = await ask(token)
    t.equal(statusCode, 401, name)
    answers.add(`${headers['www-authenticate']} ${body}`)
  }
  t.equal(answers.size, 1)
})
