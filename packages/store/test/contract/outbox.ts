import { newSessionId, systemRandom } from '@latchkey/protocol'
import type { Delivery, SessionRecord, Store } from '@latchkey/store'
import type { Test } from 'tap'
import { deliveryId } from '../../src/delivery-id.ts'
import type { Engine } from './engines.ts'
import {
  createFamily,
  FACTS,
  fifty,
  livingSession,
  NOW,
  redemptionOf,
  sampleFamily,
} from './samples.ts'

const CLIENTS = ['orders', 'a "b"/\\ü']

/** A living session whose clients are told when it ends. */
async function sessionOf(
  store: Store,
  clients: readonly string[] = CLIENTS,
): Promise<SessionRecord> {
  const session = await livingSession(store)
  for (const clientId of clients) await store.sessions.noteClient(session.sid, clientId, [], NOW)
  return { ...session, clients, userinfoClaims: {} }
}

function waiting({ sid, sub }: { sid: string; sub: string }, clientId: string): Delivery {
  return {
    id: deliveryId(sid, clientId),
    sid,
    sub,
    clientId,
    createdAt: NOW,
    expiresAt: FACTS.entryExpiresAt,
    attempts: 0,
    state: 'waiting',
    nextAt: NOW,
    lastOutcome: '',
    settledAt: 0,
  }
}

function byClient(deliveries: readonly Delivery[]): Delivery[] {
  return [...deliveries].sort((a, b) => (a.clientId < b.clientId ? -1 : 1))
}

/** OpenID Connect Back-Channel Logout 1.0 section 2.5: deliveries that survive. */
export async function outboxRules(t: Test, engine: Engine): Promise<void> {
  await t.test('the end of a session leaves a delivery for each of its clients', async (t) => {
    const store = await engine.open(t)
    const session = await sessionOf(store)
    const { sid } = session
    await store.log.end({ kind: 'session', sid }, FACTS)
    await store.log.end({ kind: 'session', sid }, FACTS)
    const expected = byClient(CLIENTS.map((clientId) => waiting(session, clientId)))
    t.strictSame(await store.outbox.ofSession(sid), expected)
    t.strictSame(byClient(await store.outbox.list(10)), expected)
    await store.outbox.add(session, FACTS.entryExpiresAt, NOW)
    t.strictSame(await store.outbox.ofSession(sid), expected, 'doing it twice adds nothing')
  })

  await t.test('a reused refresh token leaves them in the same step', async (t) => {
    const store = await engine.open(t)
    const session = await sessionOf(store, ['reports'])
    const family = sampleFamily(session)
    await createFamily(store, family)
    await store.families.redeem({ ...redemptionOf(family), generation: 5 })
    t.strictSame(await store.outbox.list(10), [])
    const given = redemptionOf(family)
    t.equal((await store.families.redeem(given)).kind, 'reused')
    const { now, entryExpiresAt } = given
    const changed = { createdAt: now, nextAt: now, expiresAt: entryExpiresAt }
    t.strictSame(await store.outbox.ofSession(session.sid), [
      { ...waiting(session, 'orders'), ...changed },
      { ...waiting(session, 'reports'), ...changed },
    ])
  })

  await t.test('sessions without clients, and ends of other kinds, leave nothing', async (t) => {
    const store = await engine.open(t)
    const session = await livingSession(store)
    await store.log.end({ kind: 'session', sid: session.sid }, FACTS)
    const other = await sessionOf(store)
    await store.log.end({ kind: 'user', sub: other.sub }, FACTS)
    await store.log.end({ kind: 'all' }, FACTS)
    await store.outbox.add({ ...other, clients: [] }, FACTS.entryExpiresAt, NOW)
    t.strictSame(await store.outbox.list(10), [])
    await store.outbox.add(other, FACTS.entryExpiresAt, NOW)
    t.equal((await store.outbox.list(10)).length, 2, 'the caller adds those of a user')
    t.strictSame(await store.outbox.ofSession('x'), [])
    t.strictSame(await store.outbox.ofSession(newSessionId(systemRandom, 998)), [])
  })

  await t.test('a due delivery is given to one caller only, even of 50 at once', async (t) => {
    const store = await engine.open(t)
    const made = []
    for (let n = 0; n < 10; n++) made.push(await sessionOf(store, ['orders', 'reports']))
    for (const { sid } of made) await store.log.end({ kind: 'session', sid }, FACTS)
    const claimed = (await fifty(() => store.outbox.claim(3, 30, NOW + 1))).flat()
    t.equal(claimed.length, 20)
    t.equal(new Set(claimed.map(({ id }) => id)).size, 20)
    t.ok(claimed.every(({ nextAt, state }) => nextAt === NOW + 31 && state === 'waiting'))
    t.strictSame(await store.outbox.claim(99, 30, NOW + 30), [], 'hidden while it is worked on')
    const again = await store.outbox.claim(99, 30, NOW + 31)
    t.equal(again.length, 20, 'the process died')
    t.ok(again.every(({ attempts }) => attempts === 0))
    t.equal((await store.outbox.claim(4, 30, NOW + 61)).length, 4, 'at most so many')
    for (let partition = 0; partition < store.partitions; partition++) {
      await store.log.trim(partition, NOW + 61)
    }
    t.equal((await store.outbox.claim(99, 30, NOW + 61)).length, 16, 'trimming takes none away')
  })

  await t.test('a delivery is tried again when it says so, and until it expires', async (t) => {
    const store = await engine.open(t)
    const session = await sessionOf(store, ['orders'])
    await store.log.end({ kind: 'session', sid: session.sid }, FACTS)
    const id = deliveryId(session.sid, 'orders')
    await store.outbox.claim(1, 30, NOW)
    await store.outbox.settle(id, { kind: 'retry', outcome: '500', nextAt: NOW + 2 }, NOW + 1)
    const retried = { ...waiting(session, 'orders'), attempts: 1, lastOutcome: '500' }
    t.strictSame(await store.outbox.list(1), [{ ...retried, nextAt: NOW + 2 }])
    t.strictSame(await store.outbox.claim(1, 30, NOW + 1), [])
    t.strictSame(await store.outbox.claim(1, 30, NOW + 2), [{ ...retried, nextAt: NOW + 32 }])
    const late = { kind: 'retry', outcome: 'ECONNREFUSED', nextAt: NOW + 9000 } as const
    await store.outbox.settle(id, late, NOW + 3)
    t.strictSame(await store.outbox.claim(1, 30, NOW + 904), [])
    t.match(await store.outbox.list(1), [{ state: 'waiting', settledAt: 0 }])
    t.strictSame(await store.outbox.claim(1, 30, NOW + 905), [], 'it is too late')
    const failed = {
      ...retried,
      attempts: 2,
      lastOutcome: 'ECONNREFUSED',
      state: 'failed',
      nextAt: NOW + 9000,
    }
    t.match(await store.outbox.list(1), [{ ...failed, settledAt: NOW + 905 }])
  })

  await t.test('what is settled stays so, and disappears after an hour', async (t) => {
    for (const kind of ['delivered', 'failed'] as const) {
      const store = await engine.open(t)
      const session = await sessionOf(store, ['orders', 'reports'])
      const { sid } = session
      await store.log.end({ kind: 'session', sid }, FACTS)
      const [first, second] = ['orders', 'reports'].map((each) => deliveryId(sid, each))
      await store.outbox.settle(String(first), { kind, outcome: '200' }, NOW + 4)
      const other = { kind: 'retry', outcome: '500', nextAt: NOW + 5 } as const
      await store.outbox.settle(String(first), other, NOW + 5)
      await store.outbox.settle(String(second), { kind, outcome: 'none' }, NOW + 6)
      const settled = { attempts: 1, state: kind, lastOutcome: '200', settledAt: NOW + 4 }
      t.match(await store.outbox.ofSession(sid), [settled, { settledAt: NOW + 6 }])
      t.strictSame(await store.outbox.claim(9, 30, NOW + 3603), [])
      t.equal((await store.outbox.list(9)).length, 2)
      t.strictSame(await store.outbox.claim(9, 30, NOW + 3604), [])
      t.match(await store.outbox.list(9), [{ clientId: 'reports' }])
      for (let partition = 0; partition < store.partitions; partition++) {
        await store.log.trim(partition, NOW + 3606)
      }
      t.strictSame(await store.outbox.ofSession(sid), [])
      t.strictSame(await store.outbox.list(9), [])
    }
  })

  await t.test('unknown deliveries are settled in vain', async (t) => {
    const store = await engine.open(t)
    const session = await sessionOf(store, ['orders'])
    await store.log.end({ kind: 'session', sid: session.sid }, FACTS)
    for (const id of [
      '',
      '~',
      deliveryId(session.sid, 'x'),
      deliveryId(newSessionId(systemRandom, 998), 'orders'),
    ]) {
      await store.outbox.settle(id, { kind: 'delivered', outcome: '200' }, NOW)
    }
    t.strictSame(await store.outbox.list(9), [waiting(session, 'orders')])
  })

  await t.test('the list has the newest first', async (t) => {
    const store = await engine.open(t)
    const made = []
    for (const age of [30, 10, 20]) {
      const session = await sessionOf(store, ['orders'])
      await store.log.end({ kind: 'session', sid: session.sid }, { ...FACTS, now: NOW - age })
      made.push(session.sid)
    }
    const [oldest, newest, middle] = made
    const listed = async (limit: number) => (await store.outbox.list(limit)).map(({ sid }) => sid)
    t.strictSame(await listed(9), [newest, middle, oldest])
    t.strictSame(await listed(2), [newest, middle])
  })
}
