import { createSecretKey, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AccessTokenClaims, LIMITS, TYP } from '@latchkey/protocol'
import {
  generateSigningKey,
  publicJwks,
  type SigningKeyRecord,
  signAccessToken,
  signJwt,
  TOKEN_FAULTS,
} from '@latchkey/tokens'
import t from 'tap'
import { sayIn } from '../src/messages/text.ts'
import { TOKEN_FAULT_TEXTS } from '../src/messages/token.ts'
import { widthOf } from '../src/text-width.ts'
import { fakeIssuer, NOW_MS, runLine } from './fixtures/stand-ins.ts'

const ISSUER = 'http://sso.localhost:4000'
const SERVICE = 'https://reports.example.com'
const NOW = NOW_MS / 1000
const CLAIMS: AccessTokenClaims = {
  iss: ISSUER,
  sub: 'u_01JD0000000000000000000000',
  aud: SERVICE,
  client_id: 'orders',
  iat: NOW - 12,
  exp: NOW + 288,
  jti: 'j'.repeat(22),
  scope: '',
  rev: [0, 1, 7],
  routes: ['GET /reports/*', 'POST /reports/:id/publish'],
  sid: `s0_${'x'.repeat(22)}`,
}
const secret = createSecretKey(randomBytes(32))
const HS256: SigningKeyRecord = {
  kid: 'reports.1',
  alg: 'HS256',
  issuer: ISSUER,
  audience: SERVICE,
  state: 'active',
  key: secret,
  signingKey: secret,
}
const SECRET_JWKS = {
  keys: [{ ...secret.export({ format: 'jwk' }), kid: 'reports.1', alg: 'HS256' }],
}
const ES256 = await generateSigningKey('ES256', { kid: 'es.1', issuer: ISSUER, audience: SERVICE })
const ACTIVE = { active: true, token_type: 'Bearer', ...CLAIMS }

t.test('a service verifies with its own key, without asking anybody', async (t) => {
  const cwd = t.testdir({ 'keys.json': JSON.stringify(SECRET_JWKS), 'bad.json': '{"k": "AAAA' })
  const verify = (stdin: string, more: string[] = []) =>
    runLine(['token', 'verify', '--keys', 'keys.json', '--issuer', ISSUER, ...more], { cwd, stdin })
  const good = await verify(`Bearer ${signAccessToken(HS256, CLAIMS)}\n`)
  t.match(good, { code: 0, err: '' })
  t.equal(
    good.out,
    `The token is good.
Whether it was ended is not known: the issuer was not asked.

key      reports.1
subject  u_01JD0000000000000000000000
client   orders
service  https://reports.example.com
session  s0_xxxxxxxxxxxxxxxxxxxxxx
times    issued 2026-11-23 04:59:48, ends 2026-11-23 05:04:48
routes   GET /reports/*
         POST /reports/:id/publish
`,
  )
  const token = signAccessToken(HS256, CLAIMS)
  const idToken = signJwt({ ...HS256, audience: undefined }, TYP.idToken, { ...CLAIMS })
  const refused: [token: string, fault: string, more?: string[]][] = [
    [signAccessToken(HS256, { ...CLAIMS, iat: NOW - 300, exp: NOW }), 'expired'],
    [signAccessToken(HS256, { ...CLAIMS, iat: NOW + 60, exp: NOW + 90 }), 'not_yet_valid'],
    [token, 'wrong_audience', ['--service', 'https://other.example.com']],
    [`${token.slice(0, -5)}AAAAB`, 'not_canonical'],
    [`${token.slice(0, -5)}AAAAA`, 'bad_signature'],
    [idToken, 'wrong_typ'],
    ['a.b', 'malformed'],
    ['x'.repeat(LIMITS.tokenBytes + 1), 'too_long'],
    [signAccessToken({ ...HS256, kid: 'reports.2' }, CLAIMS), 'key_unknown'],
  ]
  for (const [given, reason, more] of refused) {
    const ran = await verify(given, more)
    t.equal(ran.code, 1, reason)
    t.match(ran.err, /^The token is refused: /)
    t.equal(ran.out, '')
    const json = await verify(given, [...(more ?? []), '--json'])
    t.match(JSON.parse(json.out), { kind: 'refused', reason })
    t.equal(json.code, 1)
  }
  const spoilt = await runLine(['token', 'verify', '--keys', 'bad.json', '--issuer', ISSUER], {
    cwd,
    stdin: token,
  })
  t.match(spoilt, { code: 2, err: /keys-file/ })
  t.notMatch(spoilt.err, 'AAAA', 'the key is not shown')
})

t.test('every reason has a text in both languages', async (t) => {
  for (const fault of TOKEN_FAULTS) {
    t.match(sayIn({})(TOKEN_FAULT_TEXTS[fault]), /^[a-z][a-z ,;()\d]+$/i)
    t.match(sayIn({ LANG: 'zh' })(TOKEN_FAULT_TEXTS[fault]), /\p{Script=Han}/u)
  }
})

t.test('the issuer knows the keys of HS256 services and what has ended', async (t) => {
  const replies = (introspection: unknown) => ({
    'GET /jwks': { body: publicJwks([ES256]) },
    'POST /introspect': { body: introspection },
  })
  const verify = async (token: string, introspection: unknown, more: string[] = []) => {
    const issuer = await fakeIssuer(replies(introspection))
    const ran = await runLine(['token', 'verify', token, ...more], { env: issuer.env })
    issuer.close()
    return { ...ran, lines: issuer.lines(), seen: issuer.seen }
  }
  const both = ['GET /jwks', 'POST /introspect']
  for (const record of [HS256, ES256]) {
    const token = signAccessToken(record, CLAIMS)
    const good = await verify(token, ACTIVE)
    t.match(good, { code: 0, out: /^The token is good\.\n\nkey/, err: '', lines: both })
    t.match(good.out, record.kid)
    t.equal(new URLSearchParams(good.seen[1]?.body).get('token'), token)
    t.match(good.seen[1]?.headers.authorization, /^Basic /)
    const json = JSON.parse((await verify(token, ACTIVE, ['--json'])).out)
    t.match(json, {
      kind: 'good',
      active: true,
      claims: { sub: CLAIMS.sub, routes: CLAIMS.routes },
    })

    const ended = await verify(token, { active: false })
    t.equal(ended.code, 1)
    t.match(ended.err.replaceAll('\n', ' '), /not active.* does not concern ops:cli/)
  }
  const foreign = await verify(signAccessToken(HS256, CLAIMS), ACTIVE, ['--service', 'https://x.y'])
  t.match(foreign, { code: 1, err: /for another service/ })
  const changed = `${signAccessToken(ES256, CLAIMS).slice(0, -6)}AAAAAA`
  t.same((await verify(changed, ACTIVE)).lines, ['GET /jwks'], 'what is wrong here is not asked')
})

t.test('credentials of one issuer are not shown to another', async (t) => {
  const other = await fakeIssuer({ 'GET /jwks': { body: { keys: [] } } })
  const issuer = await fakeIssuer({})
  t.teardown(() => {
    other.close()
    issuer.close()
  })
  const address = `http://localhost:${other.port}`
  const token = signAccessToken({ ...HS256, issuer: address }, { ...CLAIMS, iss: address })
  const ran = await runLine(['token', 'verify', token, '--issuer', address], { env: issuer.env })
  t.match(ran, { code: 1, err: /neither in --keys nor public/ })
  t.same(issuer.lines(), [])
  t.same(other.lines(), ['GET /jwks'])
  t.equal(other.seen[0]?.headers.authorization, undefined)
})

t.test('a token is shown without being believed', async (t) => {
  const token = signAccessToken(HS256, { ...CLAIMS, routes: Array(20).fill('GET /reports/:id') })
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'token.txt'), token)
  for (const env of [{}, { LANG: 'zh_CN.UTF-8' }]) {
    const { code, out } = await runLine(['token', 'decode', token], { env })
    t.equal(code, 0)
    t.match(out, /\(2026-11-23 05:04:48\)/, 'times are readable')
    t.ok(out.split('\n').every((line) => widthOf(line) <= 80))
  }
  const { out } = await runLine(['token', 'decode', token])
  t.match(out, /header\n {2}alg {2,}HS256\n/)
  t.match(out, /Not verified/)
  const json = await runLine(['token', 'decode', '-', '--json'], { stdin: `${token}\n` })
  t.match(JSON.parse(json.out), { header: { kid: 'reports.1' }, claims: { sub: CLAIMS.sub } })
  t.match(await runLine(['token', 'decode', 'abc']), { code: 1, err: /form of a signed token/ })

  const hostile = Buffer.from('{"sub":"\\u001b[2J\\u202eabc"}').toString('base64url')
  const header = Buffer.from('{"alg":"none"}').toString('base64url')
  const shown = await runLine(['token', 'decode', `${header}.${hostile}.`])
  t.ok(shown.out.includes('\ufffd[2J\ufffdabc'), 'nothing steers the terminal')
})
