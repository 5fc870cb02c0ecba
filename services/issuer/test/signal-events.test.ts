/** Which ends become which events, and who hears of them: CAEP 1.0 section 3, docs/protocol/signals.md. */

import { type EndReason, type EndTarget, StoreUnavailable } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { decodeJwt } from 'jose'
import t from 'tap'
import { EVENTS_SUPPORTED } from '../src/signals/event-types.ts'
import { eventsOfEntry } from '../src/signals/events-of-entry.ts'
import {
  CAEP,
  claimsOf,
  namesOf,
  PUSH,
  pushReceiver,
  signalsScene,
} from './fixtures/signals-scene.ts'
import { ISSUER, ORDERS, SECRET } from './test-issuer.ts'

const scene = await signalsScene(t)
const { issuer, call, caller, stream, tokenOf, tokensOf, redeem } = scene
const ACTOR = { sub: 'issuer' }
const end = (target: EndTarget, reason: EndReason = 'admin') => issuer.end(target, reason, ACTOR)

t.test('the end of a session names the session and its person', async (t) => {
  const { poll } = await stream()
  const sub = await issuer.sub('ada')
  const { sid } = decodeJwt<{ sid: string }>((await tokensOf()).access_token)
  await end({ kind: 'session', sid }, 'sign_out')
  const [revoked, ...more] = claimsOf((await poll({ returnImmediately: false })).sets)
  t.strictSame(more, [])
  t.strictSame(revoked?.sub_id, {
    format: 'complex',
    user: { format: 'iss_sub', iss: ISSUER, sub },
    session: { format: 'opaque', id: sid },
  })
  t.strictSame(revoked?.events, {
    [`${CAEP}/session-revoked`]: {
      event_timestamp: issuer.now(),
      initiating_entity: 'user',
      reason_admin: { en: 'The person signed out.' },
    },
  })
})

/** What the stream has of these ends and nothing else: the verification that comes last closes the list. */
async function heardOf(
  { id, poll, settleAll }: Awaited<ReturnType<typeof stream>>,
  by: typeof call,
  ...ends: [EndTarget, EndReason][]
) {
  for (const [target, reason] of ends) await end(target, reason)
  // Somebody who is signalled for certain, so that everything before has been looked at.
  const { sid } = decodeJwt<{ sid: string }>((await tokensOf()).access_token)
  await end({ kind: 'session', sid }, 'sign_out')
  await by('POST', '/ssf/verification', { stream_id: id })
  for (;;) {
    const { sets } = await poll({ returnImmediately: false })
    const names = namesOf(sets)
    if (by === call && !names.includes('session-revoked')) continue
    await settleAll()
    return claimsOf(sets)
  }
}

t.test('what is about nobody, or only the client’s own, is not signalled', async (t) => {
  const own = await stream()
  const sub = await issuer.sub('ada')
  await tokensOf()
  const heard = await heardOf(
    own,
    call,
    [{ kind: 'token', jti: 'a', sub, exp: issuer.now() + 300 }, 'token_revoked'],
    [{ kind: 'stale', about: ORDERS }, 'permissions_changed'],
    [{ kind: 'service', audience: 'http://b.localhost:4002' }, 'service_quarantined'],
    [{ kind: 'key', kid: 'k' }, 'key_compromised'],
    [{ kind: 'user', sub }, 'canary'],
  )
  const names = heard.flatMap(({ events }) => Object.keys(events))
  t.strictSame(
    names.filter((name) => !/session-revoked|verification/.test(name)),
    [],
  )
  t.equal(names.filter((name) => /session-revoked/.test(name)).length, 1)
})

t.test('a change of permissions tells the claims as they are now', async (t) => {
  const { poll } = await stream()
  await tokensOf()
  const sub = await issuer.sub('ada')
  await end({ kind: 'stale', about: sub }, 'permissions_changed')
  const [changed] = claimsOf((await poll({ returnImmediately: false })).sets)
  t.strictSame(changed?.sub_id, { format: 'iss_sub', iss: ISSUER, sub })
  t.match(changed?.events, {
    [`${CAEP}/token-claims-change`]: {
      claims: { routes: ['GET /orders', 'GET /orders/:id'] },
      initiating_entity: 'admin',
    },
  })
})

t.test('a receiver hears nothing of people that it does not know', async (t) => {
  const byReports = caller(await tokenOf('reports'))
  const [knows, stranger] = [await stream(), await stream({}, byReports)]
  const sub = await issuer.sub('ada')
  const { sid } = decodeJwt<{ sid: string }>((await tokensOf()).access_token)
  await end({ kind: 'session', sid })
  await end({ kind: 'user', sub }, 'user_disabled')
  await end({ kind: 'stale', about: sub }, 'permissions_changed')
  await end({ kind: 'user', sub: await issuer.sub('bob') }, 'password_changed')
  // Both streams have passed the log when the last entry is there: it concerns everybody.
  await end({ kind: 'all' }, 'emergency')
  const all = async ({ id }: typeof knows, by: typeof call) => {
    for (;;) {
      const { sets } = (await by('POST', `/ssf/streams/${id}/poll`, {})).json()
      if (namesOf(sets).includes('everything-revoked')) return namesOf(sets)
    }
  }
  // It has ended the tokens of the receivers as well.
  const fresh = caller(await tokenOf('reports'))
  t.strictSame(await all(stranger, fresh), ['everything-revoked'])
  t.strictSame(await all(knows, caller(await tokenOf())), [
    ...['session-revoked', 'session-revoked', 'token-claims-change', 'everything-revoked'],
  ])
})

t.test('a pairwise client hears of people under the names by which it knows them', async (t) => {
  // The emergency has ended the tokens before, too.
  const redirect_uri = 'https://sector.example/cb'
  await issuer.directory.clients.save({
    id: 'sector',
    secret: SECRET,
    redirectUris: [redirect_uri],
    grantTypes: ['authorization_code', 'client_credentials'],
    subjectType: 'pairwise',
    firstParty: true,
    signals: true,
  })
  const { poll } = await stream({}, caller(await tokenOf('sector')))
  const query = { client_id: 'sector', redirect_uri }
  const code = (await issuer.browser().signIn('ada', query)).get('code') ?? ''
  const { id_token } = (await redeem(code, { redirect_uri }, 'sector')).json()
  const sub = await issuer.sub('ada')
  await end({ kind: 'user', sub })
  const { sets } = await poll({ returnImmediately: false })
  const known = decodeJwt(id_token).sub
  t.match(known, /^p_/)
  t.strictSame(claimsOf(sets)[0]?.sub_id, { format: 'iss_sub', iss: ISSUER, sub: known })
  t.notMatch(JSON.stringify(claimsOf(sets)), sub)
})

t.test('every reason has words, except that of the canary', (t) => {
  const entry = { p: 0, o: 1, k: 'user', v: 'u_1', x: 905, d: '' } as const
  t.strictSame(eventsOfEntry({ ...entry, r: 'canary' }), [])
  t.strictSame(eventsOfEntry({ ...entry, k: 'all', v: '', p: 1 }), [], 'one for all partitions')
  t.strictSame(eventsOfEntry({ ...entry, k: 'session', v: 's0_a' }), [], 'nobody’s')
  const [, changed] = eventsOfEntry({ ...entry, r: 'one_time_code_changed' })
  t.match(changed?.members, { credential_type: 'app', change_type: 'update' })
  t.equal(EVENTS_SUPPORTED.length, 4)
  t.end()
})

t.test('a fault loses no signal, and doubles none', async (t) => {
  let broken = true
  const aroundStore = (store: Store): Store => ({
    ...store,
    signals: {
      ...store.signals,
      append: async (...args) => {
        if (broken && args[2].length > 0) throw new StoreUnavailable('Redis')
        return await store.signals.append(...args)
      },
    },
  })
  const one = await signalsScene(t, { aroundStore })
  const { id, poll } = await one.stream()
  const sids: string[] = []
  for (let i = 0; i < 4; i++) {
    sids.push(decodeJwt<{ sid: string }>((await one.tokensOf()).access_token).sid)
  }
  const [last = '', ...first] = sids
  const endOf = (sid: string) => one.issuer.end({ kind: 'session', sid }, 'admin', ACTOR)
  for (const sid of first) await endOf(sid)
  t.strictSame(await poll(), { sets: {} })
  broken = false
  await endOf(last)
  await poll({ returnImmediately: false })
  const { signals } = await one.issuer.store.signals.peek(id, 10, one.issuer.now())
  const heard = signals.map(({ claims: text }) => {
    const claims: { sub_id: Record<string, unknown> } = JSON.parse(text)
    return (claims.sub_id['session'] as { id: string } | undefined)?.id
  })
  t.strictSame(heard, [...first, last], 'in the order of their ends')
})

t.test('administrators see how a stream does, and can stop it', async (t) => {
  const form = { grant_type: 'client_credentials' }
  const admin = (await issuer.post('/token', form, 'operator')).json().access_token
  const ask = (method: 'GET' | 'POST', path: string) => call(method, path, undefined, admin)
  const receiver = await pushReceiver(t)
  const delivery = { method: PUSH, endpoint_url: receiver.uri, authorization_header: 'secret' }
  const { id } = await stream({ delivery }, caller(await tokenOf()))
  const view = async () => {
    const { streams } = (await ask('GET', '/admin/v1/streams')).json()
    return streams.find(({ stream_id }: { stream_id: string }) => stream_id === id)
  }
  t.match(await view(), { client_id: 'orders', status: 'enabled', method: 'push', waiting: 0 })
  t.notMatch(JSON.stringify(await view()), 'secret')
  t.equal((await ask('POST', `/admin/v1/streams/${id}/disable`)).statusCode, 204)
  await receiver.heard(1)
  const [updated] = claimsOf({ a: receiver.received[0]?.set ?? '' })
  t.match(updated?.events, {
    'https://schemas.openid.net/secevent/ssf/event-type/stream-updated': {
      status: 'disabled',
      reason: String,
    },
  })
  t.strictSame(updated?.sub_id, { format: 'opaque', id })
  const [record] = await issuer.directory.audit.list({ limit: 1, action: 'stream.disable' })
  t.match(record, { target: `stream ${id}`, actor: { sub: 'svc:operator' } })
  t.match(await view(), { status: 'disabled', reason: String })
  t.equal((await ask('POST', `/admin/v1/streams/${id}/enable`)).statusCode, 204)
  await receiver.heard(2)
  t.equal((await view()).status, 'enabled')
  t.equal((await ask('POST', '/admin/v1/streams/x/disable')).statusCode, 404)
})
