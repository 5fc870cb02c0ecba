import {
  type EndTarget,
  type LogEntry,
  newSessionId,
  partitionOfSubject,
  systemRandom,
} from '@latchkey/protocol'
import type { LoggedEntry, Store } from '@latchkey/store'
import type { Test } from 'tap'
import { logDigest } from '../../src/log-digest.ts'
import type { Engine } from './engines.ts'
import { FACTS, fifty, livingFamily, livingSession, NOW, newSub, redemptionOf } from './samples.ts'

export async function logRules(t: Test, engine: Engine): Promise<void> {
  await t.test('every target gives its entry, in the partitions that it concerns', async (t) => {
    const store = await engine.open(t)
    const { sid, sub } = await livingSession(store)
    const home = [partitionOfSubject(sub, store.partitions)]
    const all = Array.from({ length: store.partitions }, (_, partition) => partition)
    const svc = [partitionOfSubject('svc:orders', store.partitions)]
    const rows: [EndTarget, string, number[]][] = [
      [{ kind: 'token', jti: 'j1', sub, exp: NOW + 300 }, 'j1', home],
      [{ kind: 'session', sid }, sid, home],
      [{ kind: 'user', sub }, sub, home],
      [{ kind: 'client', clientId: 'orders\n"ü' }, 'orders\n"ü', all],
      [{ kind: 'service', audience: 'https://a.example' }, 'https://a.example', all],
      [{ kind: 'key', kid: 'k1' }, 'k1', all],
      [{ kind: 'stale', about: sub }, sub, home],
      [{ kind: 'stale', about: 'svc:orders' }, 'svc:orders', svc],
      [{ kind: 'stale', about: 'https://a.example' }, 'https://a.example', all],
      [{ kind: 'all' }, '', all],
    ]
    const written = all.map(() => [] as LogEntry[])
    for (const [target, value, partitions] of rows) {
      const outcome = await store.log.end(target, FACTS)
      t.strictSame(
        outcome.entries.map(({ p, k, v, x }) => ({ p, k, v, x })),
        partitions.map((p) => ({ p, k: target.kind, v: value, x: FACTS.entryExpiresAt })),
        target.kind,
      )
      t.equal(outcome.epoch, (await store.log.head(outcome.entries[0]?.p ?? 0)).position.epoch)
      for (const entry of outcome.entries) written[entry.p]?.push(entry)
    }
    for (const partition of all) {
      t.strictSame((await store.log.read(partition, 0, 100)).entries, written[partition])
    }
  })

  await t.test('entries of people say why, and whose they are', async (t) => {
    const store = await engine.open(t)
    const { log } = store
    const { sid, sub } = await livingSession(store)
    const aud = 'https://a.example'
    const token = { kind: 'token', jti: 'j1', sub, exp: NOW + 300 } as const
    const rows: [EndTarget, Pick<LoggedEntry, 'r' | 's' | 'a'>][] = [
      [token, { r: 'sign_out', s: sub }],
      [
        { ...token, aud },
        { r: 'sign_out', s: sub, a: aud },
      ],
      [
        { kind: 'session', sid },
        { r: 'sign_out', s: sub },
      ],
      [{ kind: 'user', sub }, { r: 'sign_out' }],
      [{ kind: 'client', clientId: 'orders' }, {}],
      [{ kind: 'service', audience: aud }, {}],
      [{ kind: 'key', kid: 'k1' }, {}],
      [{ kind: 'stale', about: sub }, {}],
      [{ kind: 'all' }, {}],
    ]
    for (const [target, expected] of rows) {
      const { entries } = await log.end(target, { ...FACTS, reason: 'sign_out' })
      const [entry] = entries
      const { p = 0, o = 0, k, v, x, d, ...said } = entry ?? {}
      t.strictSame(said, expected, target.kind)
      const { entries: read } = await log.read(p, o - 1, 1)
      t.strictSame(read, [entry], 'and it is read as it was written')
    }
    const family = await livingFamily(store)
    await store.families.redeem({ ...redemptionOf(family), generation: 5 })
    const reused = await store.families.redeem(redemptionOf(family))
    if (reused.kind !== 'reused') throw new Error(reused.kind)
    const { entry } = reused
    t.match(entry, { k: 'session', v: family.sid, r: 'refresh_reused', s: family.sub })
    t.strictSame((await log.read(entry.p, entry.o - 1, 1)).entries, [entry])
  })

  await t.test('with always, a session that is not known gets its entry, too', async (t) => {
    const store = await engine.open(t)
    const { log } = store
    const always = { ...FACTS, always: true }
    const unknown = newSessionId(systemRandom, 0)
    const cut = await livingSession(store)
    await log.end({ kind: 'user', sub: cut.sub }, FACTS)
    const living = await livingSession(store)
    const rows = [
      [unknown, undefined, false],
      [cut.sid, cut.sub, false],
      [living.sid, living.sub, true],
      [living.sid, undefined, false],
    ] as const
    for (const [sid, sub, known] of rows) {
      const { entries, session } = await log.end({ kind: 'session', sid }, always)
      t.equal(session?.sid, known ? sid : undefined)
      t.match(entries, [{ k: 'session', v: sid, r: 'admin' }])
      t.equal(entries[0]?.s, sub)
      const { p = 0, o = 0 } = entries[0] ?? {}
      t.strictSame((await log.read(p, o - 1, 1)).entries, entries)
      t.equal(await store.sessions.find(sid, NOW), undefined)
    }
    for (const sid of ['x', unknown.replace('s0', 's998')]) {
      const { entries } = await log.end({ kind: 'session', sid }, always)
      t.strictSame(entries, [], 'what is no session of this store has no log to stand in')
    }
  })

  await t.test(
    'with once, 50 ends at once of one word have one entry in each partition',
    async (t) => {
      const store = await engine.open(t)
      const { log } = store
      const sub = newSub()
      for (const target of [
        { kind: 'user', sub },
        { kind: 'client', clientId: 'orders' },
        { kind: 'stale', about: sub },
      ] as const) {
        const once = { ...FACTS, once: `word of ${target.kind}` }
        t.equal(await log.hasEnded(target, once.once), false)
        const outcomes = await fifty(() => log.end(target, once))
        t.equal(new Set(outcomes.map((outcome) => JSON.stringify(outcome))).size, 1)
        t.equal(await log.hasEnded(target, once.once), true)
        t.equal(
          (await everyEntry(store)).filter(({ k }) => k === target.kind).length,
          outcomes[0]?.entries.length,
        )
        const young = await livingSession(store, { sub })
        const later = { ...once, now: NOW + 86_399, entryExpiresAt: NOW + 90_000 }
        const again = await log.end(target, later)
        t.match(
          again.entries.map(({ o, d }) => ({ o, d })),
          outcomes[0]?.entries.map(({ o, d }) => ({ o, d })),
        )
        t.ok(await store.sessions.find(young.sid, NOW), 'what began since lives on')
        const other = await log.end(target, { ...once, once: 'another word' })
        t.notSame(other.entries[0]?.o, again.entries[0]?.o)
      }
    },
  )

  await t.test('a new log is empty, and its epoch is the second of its creation', async (t) => {
    const before = Math.floor(Date.now() / 1000)
    const store = await engine.open(t)
    const { position, digest } = await store.log.head(0)
    t.ok(position.epoch >= before && position.epoch <= Date.now() / 1000)
    t.match({ position, digest }, { position: { partition: 0, offset: 0 }, digest: '' })
    const slice = { epoch: position.epoch, entries: [], complete: true }
    t.strictSame(await store.log.read(0, 0, 10), slice)
    t.strictSame((await store.log.heartbeat(0)).position, position)
    await store.ping()
    t.strictSame((await store.log.head(0)).position, position, 'a heartbeat is no entry')
  })

  await t.test(
    '50 ends at once have 50 consecutive offsets and one chain of digests',
    async (t) => {
      const store = await engine.open(t)
      let sub = newSub()
      while (partitionOfSubject(sub, store.partitions) !== 0) sub = newSub()
      await fifty((index) =>
        index % 2
          ? store.log.end({ kind: 'key', kid: `k${index}` }, FACTS)
          : store.log.end({ kind: 'token', jti: 'j', sub, exp: NOW, aud: 'a' }, FACTS),
      )
      const { entries, complete } = await store.log.read(0, 0, 100)
      t.equal(complete, true)
      t.strictSame(
        entries.map(({ o }) => o),
        Array.from({ length: 50 }, (_, index) => index + 1),
      )
      let digest = ''
      for (const { d, ...entry } of entries) {
        const before = digest
        digest = logDigest(before, entry)
        if (d !== digest) t.fail(`digest of ${entry.o}`, { d, digest })
        if (!store.log.follows({ ...entry, d }, before)) t.fail(`${entry.o} follows`)
        if (store.log.follows({ ...entry, d }, d)) t.fail(`${entry.o} follows on itself`)
      }
      t.match(await store.log.head(0), { position: { offset: 50 }, digest })
    },
  )

  await t.test('ending a session twice, or an unknown one, appends nothing', async (t) => {
    const store = await engine.open(t)
    const session = await livingSession(store)
    const { sid } = session
    const outcomes = await fifty(() => store.log.end({ kind: 'session', sid }, FACTS))
    const ended = outcomes.filter(({ entries }) => entries.length > 0)
    t.equal(ended.length, 1)
    t.match(ended[0]?.session, session)
    const cut = await livingSession(store)
    await store.log.end({ kind: 'user', sub: cut.sub }, FACTS)
    const unknown = newSessionId(systemRandom, 0)
    for (const each of [sid, cut.sid, unknown, 'x', unknown.replace('s0', 's998')]) {
      const { entries, session } = await store.log.end({ kind: 'session', sid: each }, FACTS)
      t.strictSame({ entries, session }, { entries: [], session: undefined }, each)
    }
  })

  await t.test(
    'an end of a user or of all ends what is older, and nothing that is newer',
    async (t) => {
      const store = await engine.open(t)
      const sub = newSub()
      const [old, other] = [await livingSession(store, { sub }), await livingSession(store)]
      await store.log.end({ kind: 'user', sub }, FACTS)
      const young = await livingSession(store, { sub })
      const isAlive = async (sid: string) => (await store.sessions.find(sid, NOW)) !== undefined
      t.strictSame([await isAlive(old.sid), await isAlive(young.sid)], [false, true])
      t.equal(await isAlive(other.sid), true)
      await store.log.end({ kind: 'all' }, FACTS)
      t.strictSame([await isAlive(young.sid), await isAlive(other.sid)], [false, false])
      const newest = await livingSession(store, { sub })
      t.strictSame([await isAlive(newest.sid), await isAlive(old.sid)], [true, false])
    },
  )

  await t.test('reading goes on from any offset and says when a part is gone', async (t) => {
    const store = await engine.open(t)
    const { log } = store
    for (const x of [10, 10, 30, 20, 40]) {
      await log.end({ kind: 'key', kid: 'k' }, { ...FACTS, entryExpiresAt: NOW + x })
    }
    const offsets = async (after: number, limit = 10) => {
      const { entries, complete } = await log.read(0, after, limit)
      return [entries.map(({ o }) => o), complete]
    }
    t.strictSame(await offsets(2), [[3, 4, 5], true])
    t.strictSame(await offsets(2, 2), [[3, 4], true])
    t.strictSame(await offsets(5), [[], true])
    t.strictSame(await offsets(6), [[], false], 'a place that this log never reached')

    t.equal(await log.trim(0, NOW + 10), 0, 'an entry stays in the second that it names')
    t.equal(await log.trim(0, NOW + 11), 2)
    t.strictSame(await offsets(0), [[3, 4, 5], false])
    t.strictSame(await offsets(1), [[3, 4, 5], false])
    t.strictSame(await offsets(2), [[3, 4, 5], true])
    t.equal(await log.trim(0, NOW + 25), 0, 'an entry behind a living one waits for it')
    t.equal(await log.trim(0, NOW + 31), 2)
    t.equal(await log.trim(0, NOW + 41), 1)
    t.strictSame(await offsets(5), [[], true])
    t.strictSame(await offsets(4), [[], false])
    const { entries } = await log.end({ kind: 'key', kid: 'k' }, FACTS)
    t.strictSame(await offsets(5), [[6], true], 'an emptied log goes on counting')
    t.equal(entries[0]?.o, 6)
  })

  await t.test('trimming forgets a cut when no session that old can live', async (t) => {
    const store = await engine.open(t)
    const longest = 7 * 24 * 3600
    const session = await livingSession(store, {
      idleExpiresAt: NOW + longest,
      absoluteExpiresAt: NOW + longest,
    })
    const partition = partitionOfSubject(session.sub, store.partitions)
    await store.log.end({ kind: 'user', sub: session.sub }, FACTS)
    await store.log.trim(partition, NOW + longest)
    const isAlive = async () => (await store.sessions.find(session.sid, NOW)) !== undefined
    t.equal(await isAlive(), false)
    await store.log.trim(partition, NOW + longest + 1)
    t.equal(await isAlive(), true, 'only the cut held it down, asked about a time that is over')
  })

  await t.test('watchers hear of entries soon, until they stop', async (t) => {
    const store = await engine.open(t)
    const heard = Promise.withResolvers<number>()
    const stop = store.log.watch(heard.resolve)
    const family = await livingFamily(store)
    await store.log.end({ kind: 'user', sub: family.sub }, FACTS)
    t.equal(await heard.promise, partitionOfSubject(family.sub, store.partitions))
    stop()

    const reuse = Promise.withResolvers<number>()
    let silent = true
    store.log.watch(() => {
      silent = false
    })()
    const other = await livingFamily(store)
    await store.families.redeem({ ...redemptionOf(other), generation: 5 })
    const stopReuse = store.log.watch(reuse.resolve)
    const outcome = await store.families.redeem(redemptionOf(other))
    t.equal(outcome.kind, 'reused')
    t.equal(await reuse.promise, partitionOfSubject(other.sub, store.partitions))
    stopReuse()
    t.equal(silent, true)
  })
}

async function everyEntry(store: Store): Promise<LoggedEntry[]> {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition)
  const slices = await Promise.all(
    partitions.map((partition) => store.log.read(partition, 0, 1000)),
  )
  return slices.flatMap(({ entries }) => entries)
}
