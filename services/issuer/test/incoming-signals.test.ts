/** Security events of other systems: RFC 8935, RFC 8417, CAEP 1.0 section 3.1. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { StoreUnavailable } from '@latchkey/protocol'
import {
  decodeJwt,
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import t from 'tap'
import { ISSUER, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const IDP = 'https://idp.example'
const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked'
const [keys, strange] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')])
const publicJwk = await exportJWK(keys.publicKey)

const keyServer = createServer((_request, response) => {
  response.setHeader('content-type', 'application/jwk-set+json')
  response.end(JSON.stringify({ keys: [{ ...publicJwk, kid: 'k1', alg: 'ES256', use: 'sig' }] }))
})
await new Promise<void>((resolve) => keyServer.listen(0, '127.0.0.1', resolve))
t.teardown(() => keyServer.close())
const at = (path: string) => `http://127.0.0.1:${(keyServer.address() as AddressInfo).port}/${path}`

let storeFails = false
const issuer = await testIssuer({
  signalSources: [
    { issuer: IDP, jwksUri: at('jwks'), audience: ISSUER, provisioningClient: 'orders' },
    { issuer: 'https://gone.example', jwksUri: 'http://127.0.0.1:1/jwks', audience: ISSUER },
  ],
  aroundStore: (store) => {
    const end: typeof store.log.end = async (target, facts) => {
      if (storeFails) throw new StoreUnavailable('The store')
      return await store.log.end(target, facts)
    }
    return { ...store, log: { ...store.log, end } }
  },
})
t.teardown(() => issuer.close())
const { tokensOf, refresh } = tokenRequests(issuer)
const ada = await issuer.sub('ada')
await issuer.directory.users.update(ada, { externalId: 'idp-7' })
const { provisioned } = issuer.directory
await provisioned.save({ kind: 'user', clientId: 'orders', id: ada, externalId: 'scim-7' })
await provisioned.save({ kind: 'user', clientId: 'reports', id: ada, externalId: 'scim-8' })

let count = 0
const claimsOf = (sub_id: unknown, changes: object = {}) => ({
  ...{ iss: IDP, aud: ISSUER, iat: issuer.now(), jti: `event-${count++}` },
  ...{ events: { [REVOKED]: { event_timestamp: issuer.now() } }, sub_id },
  ...changes,
})
const signed = (claims: object, header: Partial<JWTHeaderParameters> = {}, key = keys.privateKey) =>
  new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'secevent+jwt', kid: 'k1', ...header })
    .sign(key)
const push = (payload: string, type = 'application/secevent+jwt') =>
  issuer.app.inject({
    method: 'POST',
    url: '/ssf/events',
    headers: { 'content-type': type },
    payload,
  })
const ends = () => issuer.directory.audit.list({ limit: 100, action: 'end' })
const lives = async (tokens: { refresh_token: string }) =>
  (await refresh(tokens.refresh_token)).statusCode === 200

t.test('CAEP section 3.1: the sessions of the person end, however they are named', async (t) => {
  for (const subject of [
    { format: 'email', email: 'Ada@example.com' },
    { format: 'iss_sub', iss: IDP, sub: 'idp-7' },
    { format: 'iss_sub', iss: IDP, sub: 'scim-7' },
    { format: 'iss_sub', iss: ISSUER, sub: ada },
    { format: 'opaque', id: ada },
    {
      format: 'complex',
      user: { format: 'iss_sub', iss: IDP, sub: 'idp-7' },
      session: { format: 'opaque', id: 'a session of the other system' },
    },
  ]) {
    const tokens = await tokensOf()
    const answer = await push(await signed(claimsOf(subject)))
    t.strictSame([answer.statusCode, answer.body], [202, ''], JSON.stringify(subject))
    t.equal(await lives(tokens), false)
    const [record] = await ends()
    t.match(record, { target: `user ${ada}`, reason: 'external_signal', actor: { sub: IDP } })
  }
})

t.test('a session of ours ends alone', async (t) => {
  const [one, other] = [await tokensOf(), await tokensOf()]
  const session = { format: 'opaque', id: decodeJwt(one.access_token)['sid'] }
  const user = { format: 'opaque', id: ada }
  const answer = await push(await signed(claimsOf({ format: 'complex', user, session })))
  t.equal(answer.statusCode, 202)
  t.strictSame([await lives(one), await lives(other)], [false, true])
  t.match(await ends(), [{ target: `session ${session.id}`, actor: { sub: IDP } }])
})

t.test(
  'attack D26: what is not proven to be of a source, for us, and new ends nothing',
  async (t) => {
    const tokens = await tokensOf()
    const before = (await ends()).length
    const subject = { format: 'opaque', id: ada }
    const good = () => claimsOf(subject)
    const now = issuer.now()
    const rows: [string, string, string][] = [
      ['no token', 'x', 'invalid_issuer'],
      ['nothing signed', new UnsecuredJWT({ ...good() }).encode(), 'invalid_request'],
      ['another key', await signed(good(), {}, strange.privateKey), 'invalid_key'],
      ['a key that is not in the set', await signed(good(), { kid: 'k2' }), 'invalid_key'],
      [
        'an unknown source',
        await signed({ ...good(), iss: 'https://evil.example' }),
        'invalid_issuer',
      ],
      [
        'a key of one source for another',
        await signed({ ...good(), iss: `${IDP}/` }),
        'invalid_issuer',
      ],
      [
        'another audience',
        await signed({ ...good(), aud: 'https://other.example' }),
        'invalid_audience',
      ],
      ['several audiences', await signed({ ...good(), aud: [ISSUER, IDP] }), 'invalid_audience'],
      ['an ID token', await signed(good(), { typ: 'JWT' }), 'invalid_request'],
      ['no type', await signed(good(), { typ: undefined as never }), 'invalid_request'],
      ['no jti', await signed({ ...good(), jti: undefined }), 'invalid_request'],
      ['no iat', await signed({ ...good(), iat: undefined }), 'invalid_request'],
      ['a day old', await signed({ ...good(), iat: now - 86_400 }), 'invalid_request'],
      ['of the future', await signed({ ...good(), iat: now + 11 }), 'invalid_request'],
      ['no event', await signed({ ...good(), events: {} }), 'invalid_request'],
      ['events as a list', await signed({ ...good(), events: [REVOKED] }), 'invalid_request'],
    ]
    for (const [name, text, err] of rows) {
      const answer = await push(text)
      t.strictSame([answer.statusCode, answer.json().err], [400, err], name)
    }
    t.equal((await push(await signed(good()), 'application/jwt')).statusCode, 415)
    t.equal((await push('x'.repeat(20_000))).statusCode, 413)
    const bare = await issuer.app.inject({ method: 'POST', url: '/ssf/events' })
    t.strictSame([bare.statusCode, bare.json().err], [400, 'invalid_issuer'], 'nothing at all')
    t.equal((await ends()).length, before)
    t.equal(await lives(tokens), true)
    const last = await signed({ ...good(), iat: now - 86_399 })
    t.equal((await push(last)).statusCode, 202, 'the last second in which it is news')
  },
)

t.test('who is known here is not told, and other events are taken and left alone', async (t) => {
  const tokens = await tokensOf()
  const before = (await ends()).length
  const verification = 'https://schemas.openid.net/secevent/ssf/event-type/verification'
  for (const claims of [
    claimsOf({ format: 'email', email: 'nobody@example.com' }),
    claimsOf({ format: 'iss_sub', iss: IDP, sub: 'idp-8' }),
    // What the provisioning client of another system calls her.
    claimsOf({ format: 'iss_sub', iss: IDP, sub: 'scim-8' }),
    claimsOf({ format: 'iss_sub', iss: 'https://evil.example', sub: ada }),
    claimsOf({ format: 'phone_number', phone_number: '+1' }),
    claimsOf({ format: 'opaque', id: `s0_${'A'.repeat(22)}` }),
    claimsOf('ada'),
    claimsOf({ format: 'opaque', id: ada }, { events: { [verification]: {} } }),
  ]) {
    const answer = await push(await signed(claims))
    t.strictSame([answer.statusCode, answer.body], [202, ''], JSON.stringify(claims.sub_id))
  }
  t.equal((await ends()).length, before)
  t.equal(await lives(tokens), true)
})

t.test('attack D26: an event is taken once, of 50 at once and later', async (t) => {
  const before = (await ends()).length
  const text = await signed(claimsOf({ format: 'opaque', id: ada }))
  const statuses = (await Promise.all(Array.from({ length: 50 }, () => push(text)))).map(
    ({ statusCode }) => statusCode,
  )
  t.ok(statuses.includes(202))
  t.strictSame(
    [...new Set(statuses)].filter((one) => one !== 202 && one !== 503),
    [],
  )
  t.equal((await ends()).length, before + 1)
  const tokens = await tokensOf()
  issuer.advance(300)
  const next = await refresh(tokens.refresh_token)
  t.equal((await push(text)).statusCode, 202)
  t.equal(next.statusCode, 200)
  t.equal(await lives(next.json()), true, 'who has signed in since stays')

  const ahead = await signed(claimsOf({ format: 'opaque', id: ada }, { iat: issuer.now() + 10 }))
  t.equal((await push(ahead)).statusCode, 202)
  const count = (await ends()).length
  issuer.advance(86_400 + 9)
  t.equal((await push(ahead)).statusCode, 202, 'the last second in which it is news')
  t.equal((await ends()).length, count, 'is remembered also of a source whose clock is ahead')
})

t.test('what cannot be done now is asked for again, and not lost', async (t) => {
  const tokens = await tokensOf()
  const sid = decodeJwt(tokens.access_token)['sid']
  const text = await signed(claimsOf({ format: 'opaque', id: sid }))
  storeFails = true
  const answer = await push(text)
  t.equal(answer.statusCode, 503)
  t.match(answer.headers['retry-after'], /^\d+$/)
  storeFails = false
  issuer.advance(2)
  t.equal((await push(text)).statusCode, 202)
  t.equal(await lives(tokens), false)
  const gone = await push(await signed(claimsOf({}, { iss: 'https://gone.example' })))
  t.equal(gone.statusCode, 503, 'without the keys of the source nothing can be said')
})

t.test('nobody is heard unless the settings name a source', async (t) => {
  const other = await testIssuer()
  t.teardown(() => other.close())
  const answer = await other.app.inject({ method: 'POST', url: '/ssf/events', payload: {} })
  t.equal(answer.statusCode, 404)
})
