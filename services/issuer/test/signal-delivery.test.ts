/** What streams carry and how it arrives: RFC 8935, RFC 8936, and the modules of the OpenID Foundation's plans, each by its name. */
import { setImmediate } from 'node:timers/promises'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import t from 'tap'
import {
  CAEP,
  claimsOf,
  namesOf,
  PUSH,
  pushReceiver,
  SSF,
  signalsScene,
} from './fixtures/signals-scene.ts'
import { ISSUER } from './test-issuer.ts'

const { issuer, call, stream, tokenOf, caller, tokensOf } = await signalsScene(t)

t.test(
  'openid-ssf-transmitter-stream-verification-poll-only, -poll-and-ack, -ack-only',
  async (t) => {
    const { id, poll } = await stream()
    const ask = (state: string) => call('POST', '/ssf/verification', { stream_id: id, state })
    t.equal((await ask('one')).statusCode, 204)
    await ask('two')
    const { sets, moreAvailable } = await poll({ maxEvents: 1 })
    t.equal(moreAvailable, true)
    const [first] = claimsOf(sets)
    t.match(first?.events, { [`${SSF}/verification`]: { state: 'one' } })
    t.strictSame(first?.sub_id, { format: 'opaque', id })
    t.strictSame((await poll({ maxEvents: 1 })).sets, sets, 'what was not acknowledged comes again')
    const next = await poll({ ack: Object.keys(sets) })
    t.equal(next.moreAvailable, undefined)
    t.match(claimsOf(next.sets), [{ events: { [`${SSF}/verification`]: { state: 'two' } } }])
    const nothing = await poll({ ack: [...Object.keys(next.sets), 'unknown'], maxEvents: 0 })
    t.strictSame(nothing, { sets: {} })
    t.strictSame(await poll(), { sets: {} })
  },
)

t.test('openid-ssf-transmitter-stream-verification-set-errs', async (t) => {
  const { id, poll } = await stream()
  await call('POST', '/ssf/verification', { stream_id: id })
  const { sets } = await poll()
  const [jti = ''] = Object.keys(sets)
  t.strictSame(claimsOf(sets)[0]?.events, { [`${SSF}/verification`]: {} }, 'no state, none echoed')
  const setErrs = { [jti]: { err: 'authentication_failed', description: 'no such key' } }
  t.strictSame(await poll({ setErrs }), { sets: {} }, 'it is not sent again')
})

t.test('openid-ssf-transmitter-stream-verification-long-poll', async (t) => {
  const { id, poll } = await stream()
  const waiting = poll({ returnImmediately: false })
  const replaced = poll({ returnImmediately: false })
  t.strictSame(await waiting, { sets: {} }, 'a later poll takes the place of an earlier one')
  await call('POST', '/ssf/verification', { stream_id: id, state: 'now' })
  t.strictSame(namesOf((await replaced).sets), ['verification'])
})

t.test('openid-ssf-transmitter-poll-endpoint-url-unique-per-stream', async (t) => {
  const { created } = await stream()
  const other = await stream({}, caller(await tokenOf('reports')))
  t.not(created.delivery.endpoint_url, other.created.delivery.endpoint_url)
})

t.test(
  'openid-ssf-transmitter-paused-stream-holds-events, and a disabled one drops them',
  async (t) => {
    const { id, poll } = await stream()
    const set = (status: string) => call('POST', '/ssf/status', { stream_id: id, status })
    await set('paused')
    await call('POST', '/ssf/verification', { stream_id: id, state: 'held' })
    t.strictSame(await poll(), { sets: {} })
    await set('enabled')
    t.strictSame(namesOf((await poll()).sets), ['verification'])
    await set('disabled')
    await call('POST', '/ssf/verification', { stream_id: id, state: 'dropped' })
    t.strictSame(await poll(), { sets: {} })
    await set('enabled')
    t.strictSame(await poll(), { sets: {} })
  },
)

t.test('openid-ssf-transmitter-events: RS256, one event, no sub, no exp', async (t) => {
  const { poll } = await stream()
  await tokensOf()
  const sub = await issuer.sub('ada')
  await issuer.end({ kind: 'user', sub }, 'password_changed', { sub })
  const { sets } = await poll({ returnImmediately: false })
  t.strictSame(namesOf(sets), ['session-revoked', 'credential-change'])
  const keys = createLocalJWKSet((await issuer.app.inject('/jwks')).json())
  for (const [jti, set] of Object.entries<string>(sets)) {
    const { payload, protectedHeader } = await jwtVerify(set, keys, {
      issuer: ISSUER,
      audience: 'orders',
      typ: 'secevent+jwt',
      algorithms: ['RS256'],
      currentDate: new Date(issuer.now() * 1000),
    })
    const { keys: published } = (await issuer.app.inject('/jwks')).json()
    const jwk = published.find(({ kid }: { kid: string }) => kid === protectedHeader.kid)
    t.ok(Buffer.from(jwk.n, 'base64url').length * 8 >= 2048)
    t.equal(payload.jti, jti)
    t.strictSame(Object.keys(payload).sort(), [
      'aud',
      'events',
      'iat',
      'iss',
      'jti',
      'sub_id',
      'txn',
    ])
    t.strictSame(payload['sub_id'], { format: 'iss_sub', iss: ISSUER, sub })
    t.strictSame(Object.keys(decodeProtectedHeader(set)).sort(), ['alg', 'kid', 'typ'])
  }
  const [revoked, changed] = claimsOf(sets)
  const why = {
    event_timestamp: issuer.now(),
    initiating_entity: 'user',
    reason_admin: { en: 'The password was changed.' },
  }
  t.strictSame(revoked?.events, { [`${CAEP}/session-revoked`]: why })
  const members = { credential_type: 'password', change_type: 'update', ...why }
  t.strictSame(changed?.events, { [`${CAEP}/credential-change`]: members })
  t.equal(revoked?.['txn'], changed?.['txn'], 'one cause')
})

t.test('openid-ssf-transmitter-push-no-auth, and with the header of the receiver', async (t) => {
  const receiver = await pushReceiver(t)
  const delivery = { method: PUSH, endpoint_url: receiver.uri }
  const { id, created } = await stream({ delivery })
  t.strictSame(created.delivery, delivery)
  await call('POST', '/ssf/verification', { stream_id: id, state: 'a' })
  await receiver.heard(1)
  t.match(receiver.received[0]?.headers, {
    method: 'POST',
    'content-type': 'application/secevent+jwt',
    accept: 'application/json',
  })
  t.equal(receiver.received[0]?.headers['authorization'], undefined)
  const authorized = { ...delivery, authorization_header: 'Bearer of the receiver' }
  const body = { stream_id: id, delivery: authorized }
  t.strictSame((await call('PATCH', '/ssf/streams', body)).json().delivery, authorized)
  await call('POST', '/ssf/verification', { stream_id: id, state: 'b' })
  await receiver.heard(2)
  t.equal(receiver.received[1]?.headers['authorization'], 'Bearer of the receiver')
  t.match(claimsOf({ b: receiver.received[1]?.set ?? '' })[0]?.events, {
    [`${SSF}/verification`]: { state: 'b' },
  })
})

t.test('RFC 8935: a receiver that is away gets everything later, in order', async (t) => {
  const receiver = await pushReceiver(t, { status: 503 })
  const { id } = await stream({ delivery: { method: PUSH, endpoint_url: receiver.uri } })
  const ask = (state: string) => call('POST', '/ssf/verification', { stream_id: id, state })
  await ask('a')
  await receiver.heard(1)
  await ask('b')
  issuer.advance(11)
  await ask('c')
  await receiver.heard(4)
  const states = receiver.received.map(({ set }) => {
    const [claims] = claimsOf({ set })
    return claims?.events[`${SSF}/verification`]?.['state']
  })
  t.strictSame(states, ['a', 'a', 'b', 'c'])
})

t.test(
  'RFC 8935 section 2.4: what will never be taken is given up, what may be put right is not',
  async (t) => {
    const answer = (err: string) => ({ status: 400, body: JSON.stringify({ err }) })
    const receiver = await pushReceiver(t, answer('invalid_request'), answer('invalid_key'))
    const { id } = await stream({ delivery: { method: PUSH, endpoint_url: receiver.uri } })
    const ask = (state: string) => call('POST', '/ssf/verification', { stream_id: id, state })
    await ask('refused')
    await receiver.heard(1)
    await ask('key')
    await receiver.heard(2)
    issuer.advance(11)
    await ask('last')
    await receiver.heard(4)
    const states = receiver.received.map(({ set }) => {
      const [claims] = claimsOf({ set })
      return claims?.events[`${SSF}/verification`]?.['state']
    })
    t.strictSame(states, ['refused', 'key', 'key', 'last'])
  },
)

t.test('nothing is pushed to an address inside, and administrators see why', async (t) => {
  const form = { grant_type: 'client_credentials' }
  const admin = (await issuer.post('/token', form, 'operator')).json().access_token
  const delivery = { method: PUSH, endpoint_url: 'https://10.0.0.1/events' }
  const { id } = await stream({ delivery })
  await call('POST', '/ssf/verification', { stream_id: id })
  for (;;) {
    const { streams } = (await call('GET', '/admin/v1/streams', undefined, admin)).json()
    const [view] = streams.filter(({ stream_id }: { stream_id: string }) => stream_id === id)
    // The address is looked up outside of this loop.
    await setImmediate()
    if (view.last_outcome === undefined) continue
    t.match(view, { last_outcome: 'address_refused', waiting: 1 })
    break
  }
})
