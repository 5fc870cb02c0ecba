import type { FamilyRecord, LoggedEntry } from '@latchkey/store'
import type { Test } from 'tap'
import { STORE_LIMITS } from '../../src/store-limits.ts'
import type { Engine } from './engines.ts'
import {
  ASKED,
  createFamily,
  FACTS,
  fifty,
  livingFamily,
  livingSession,
  NOW,
  redemptionOf,
  sampleFamily,
  sampleSession,
  tally,
} from './samples.ts'

/** RFC 9700 section 4.14.2; attacks D5 to D8. */
export async function familyRules(t: Test, engine: Engine): Promise<void> {
  const store = await engine.open(t)
  const { families, sessions, log } = store

  await t.test('redeeming rotates: next generation, moved idle end, position of now', async (t) => {
    const family = await livingFamily(store)
    t.strictSame((await families.peek(family.familyId, NOW))?.family, family)
    const { entries } = await log.end({ kind: 'stale', about: family.sub }, FACTS)
    const outcome = await families.redeem(redemptionOf(family))
    const rotated = { ...family, generation: 2, rotatedAt: NOW + 10, idleExpiresAt: NOW + 1010 }
    t.match(outcome, { kind: 'rotated', rev: { offset: entries[0]?.o } })
    t.strictSame(outcome.kind === 'rotated' && outcome.family, rotated)
    t.equal(outcome.kind === 'rotated' && outcome.rotatedBefore, NOW)
    const peeked = await families.peek(family.familyId, NOW)
    t.strictSame(peeked, { family: rotated, rev: outcome.kind === 'rotated' && outcome.rev })
  })

  await t.test(
    '50 redemptions at once give one rotation and the same successor to all',
    async (t) => {
      const family = await livingFamily(store)
      const outcomes = await fifty(() => families.redeem(redemptionOf(family)))
      t.strictSame(tally(outcomes), { rotated: 1, replayed: 49 })
      const given = new Set(outcomes.map((each) => 'family' in each && each.family.generation))
      t.strictSame([...given], [2])
    },
  )

  await t.test('50 reuses at once end the session once', async (t) => {
    const family = await livingFamily(store)
    await families.redeem(redemptionOf(family))
    await families.redeem({ ...redemptionOf(family), generation: 2 })
    const before = await log.head(0)
    const outcomes = await fifty(() => families.redeem(redemptionOf(family)))
    t.strictSame(tally(outcomes), { reused: 1, dead: 49 })
    const reused = outcomes.find((each) => each.kind === 'reused')
    t.match(reused, { family: { sub: family.sub }, entry: { k: 'session', v: family.sid } })
    t.match(reused, { session: { sid: family.sid, clients: [family.clientId] } })
    const { p = 0, o = 0 } = reused?.kind === 'reused' ? reused.entry : {}
    const slice = await log.read(p, o - 1, 10)
    t.match(reused, { epoch: slice.epoch })
    t.strictSame(slice.entries, [reused?.kind === 'reused' && reused.entry], 'one entry')
    if (p === 0) t.equal(o, before.position.offset + 1)
    t.equal(await sessions.find(family.sid, NOW), undefined)
  })

  await t.test(
    'the generation just replaced is replayed inside the grace window only',
    async (t) => {
      for (const [age, kind] of [
        [0, 'replayed'],
        [9, 'replayed'],
        [10, 'reused'],
      ] as const) {
        const family = await livingFamily(store)
        const first = redemptionOf(family)
        await families.redeem(first)
        t.equal((await families.redeem({ ...first, now: first.now + age })).kind, kind, `${age} s`)
      }
      const family = await livingFamily(store)
      await families.redeem(redemptionOf(family))
      const strict = { ...redemptionOf(family), graceSeconds: 0 }
      t.equal((await families.redeem(strict)).kind, 'reused', 'no window, no replay')
    },
  )

  await t.test('another client redeems nothing and changes nothing', async (t) => {
    const family = await livingFamily(store)
    await families.redeem(redemptionOf(family))
    const stolen = { ...redemptionOf(family), clientId: 'reports' }
    for (const generation of [1, 2, 3]) {
      t.strictSame(await families.redeem({ ...stolen, generation }), { kind: 'foreign' })
    }
    t.equal((await families.peek(family.familyId, NOW))?.family.generation, 2)
  })

  await t.test(
    'what was asked for stays with the family, and userinfo with the session',
    async (t) => {
      const family = await livingFamily(store, ASKED)
      t.strictSame((await families.peek(family.familyId, NOW))?.family, family)
      const outcome = await families.redeem({ ...redemptionOf(family), dpopJkt: 'key-1' })
      t.strictSame(outcome.kind === 'rotated' && outcome.family.claims, ASKED.claims)
      t.strictSame(outcome.kind === 'rotated' && outcome.family.details, ASKED.details)
      const noted = async () => (await sessions.find(family.sid, NOW))?.session.userinfoClaims
      t.strictSame(await noted(), { orders: ['email', 'x "\ud800"\n'] })
      await createFamily(store, sampleFamily(family))
      t.strictSame(await noted(), {}, 'a sign-in without replaces them')
    },
  )

  await t.test(
    'a family bound to a key is redeemed with it only, and nothing else changes',
    async (t) => {
      const bound = await livingFamily(store, { dpopJkt: 'key-1' })
      const given = { ...redemptionOf(bound), dpopJkt: 'key-1' }
      for (const generation of [1, 2, 3]) {
        const stolen = { ...redemptionOf(bound), generation }
        t.strictSame(await families.redeem(stolen), { kind: 'key_differs' })
        const other = { ...stolen, dpopJkt: 'key-2' }
        t.strictSame(await families.redeem(other), { kind: 'key_differs' })
        t.strictSame((await families.peek(bound.familyId, NOW))?.family, bound)
      }
      t.equal((await families.redeem(given)).kind, 'rotated')
      t.equal((await families.redeem(given)).kind, 'replayed')
      const late = { ...redemptionOf(bound), now: given.now + 100 }
      const { kind } = await families.redeem(late)
      t.equal(kind, 'key_differs', 'a thief without it ends nothing')
      t.equal((await families.redeem({ ...late, dpopJkt: 'key-1' })).kind, 'reused')
      const free = await livingFamily(store)
      t.equal((await families.redeem({ ...redemptionOf(free), dpopJkt: 'key-1' })).kind, 'rotated')
    },
  )

  await t.test('a redemption that was taken back can be made again', async (t) => {
    const family = await livingFamily(store, ASKED)
    const first = { ...redemptionOf(family), dpopJkt: 'key-1', graceSeconds: 0 }
    const outcome = await families.redeem(first)
    const { rotatedBefore } = outcome.kind === 'rotated' ? outcome : { rotatedBefore: 0 }
    await families.restore(family.familyId, { generation: 2, rotatedBefore }, first.now)
    const restored = { ...family, idleExpiresAt: first.idleExpiresAt }
    t.strictSame((await families.peek(family.familyId, NOW))?.family, restored)
    t.match(await families.redeem(first), { kind: 'rotated', family: { generation: 2 } })
  })

  await t.test('taking back is harmless when another redemption went on', async (t) => {
    const family = await livingFamily(store)
    await families.redeem(redemptionOf(family))
    await families.redeem({ ...redemptionOf(family), generation: 2 })
    const before = await families.peek(family.familyId, NOW)
    for (const generation of [1, 2, 4]) {
      await families.restore(family.familyId, { generation, rotatedBefore: 0 }, NOW)
    }
    await families.restore('x', { generation: 3, rotatedBefore: 0 }, NOW)
    t.strictSame(await families.peek(family.familyId, NOW), before)
    const now = { generation: 3, rotatedBefore: NOW }
    await fifty(() => families.restore(family.familyId, now, NOW))
    t.match(await families.peek(family.familyId, NOW), { family: { generation: 2 } }, 'once')
    await log.end({ kind: 'session', sid: family.sid }, FACTS)
    await families.restore(family.familyId, { generation: 2, rotatedBefore: 0 }, NOW)
    t.equal(await families.peek(family.familyId, NOW), undefined)
  })

  await t.test(
    'a newer generation proves a loss: accepted, and the record moves forward',
    async (t) => {
      const family = await livingFamily(store)
      const newer = { ...redemptionOf(family), generation: 7 }
      t.match(await families.redeem(newer), { kind: 'rotated', family: { generation: 8 } })
      t.match(await families.redeem(newer), { kind: 'replayed', family: { generation: 8 } })
      t.match(await families.redeem({ ...newer, generation: 6 }), { kind: 'reused' })
    },
  )

  await t.test('a family lives until the second before its idle or absolute end', async (t) => {
    const family = await livingFamily(store, { idleExpiresAt: NOW + 50 })
    t.ok(await families.peek(family.familyId, NOW + 49))
    t.strictSame(await families.redeem({ ...redemptionOf(family), now: NOW + 50 }), {
      kind: 'dead',
    })
    const short = await livingFamily(store, { absoluteExpiresAt: NOW + 30 })
    const outcome = await families.redeem({ ...redemptionOf(short), now: NOW + 29 })
    t.match(outcome, { kind: 'rotated', family: { idleExpiresAt: NOW + 30 } }, 'idle end capped')
    t.equal(await families.peek(short.familyId, NOW + 30), undefined)
  })

  await t.test('a family dies with its session, however that ends', async (t) => {
    const targets = [
      (sid: string, _sub: string) => ({ kind: 'session', sid }) as const,
      (_sid: string, sub: string) => ({ kind: 'user', sub }) as const,
      () => ({ kind: 'client', clientId: 'orders' }) as const,
      () => ({ kind: 'all' }) as const,
    ]
    for (const target of targets) {
      const family = await livingFamily(store)
      const end = target(family.sid, family.sub)
      await log.end(end, FACTS)
      t.strictSame(await families.redeem(redemptionOf(family)), { kind: 'dead' }, end.kind)
      t.equal(await families.peek(family.familyId, NOW), undefined)
    }
    const expired = await livingFamily(store, { idleExpiresAt: NOW + 5000 })
    t.ok(await families.peek(expired.familyId, NOW + 4999), 'it keeps its session alive')
    t.equal(await families.peek(expired.familyId, NOW + 5000), undefined)
  })

  await t.test('ending a client leaves its users signed in, at other clients too', async (t) => {
    const session = await livingSession(store)
    const [orders, reports] = ['orders', 'reports'].map((clientId) =>
      sampleFamily(session, { clientId }),
    ) as [ReturnType<typeof sampleFamily>, ReturnType<typeof sampleFamily>]
    await createFamily(store, orders)
    await createFamily(store, reports)
    await log.end({ kind: 'client', clientId: 'orders' }, FACTS)
    t.strictSame(await families.redeem(redemptionOf(orders)), { kind: 'dead' })
    t.equal((await families.redeem(redemptionOf(reports))).kind, 'rotated')
    const again = sampleFamily(session)
    t.equal(await createFamily(store, again), true)
    t.equal((await families.redeem(redemptionOf(again))).kind, 'rotated', 'born after the end')
  })

  await t.test('a family whose client was ended before it was born is born dead', async (t) => {
    const session = await livingSession(store)
    const { position } = await log.head(session.rev.partition)
    await log.end({ kind: 'client', clientId: 'orders' }, FACTS)
    const family = sampleFamily(session)
    t.equal(await families.create(family, position, NOW), true)
    t.strictSame(await families.redeem(redemptionOf(family)), { kind: 'dead' })
    t.equal(await families.peek(family.familyId, NOW), undefined)
  })

  await t.test(
    'a family starts in a living session only, which notes its client once',
    async (t) => {
      const session = await livingSession(store)
      for (const clientId of ['orders', 'a "b"/\\ü', 'orders', 'reports']) {
        t.equal(await createFamily(store, sampleFamily(session, { clientId })), true)
      }
      const found = await sessions.find(session.sid, NOW)
      t.strictSame(found?.session.clients, ['orders', 'a "b"/\\ü', 'reports'])
      t.equal(await createFamily(store, sampleFamily(sampleSession(store))), false)
      await log.end({ kind: 'session', sid: session.sid }, FACTS)
      t.equal(await createFamily(store, sampleFamily(session)), false)
      const other = sampleFamily(session, {
        familyId: sampleFamily(await livingSession(store)).familyId,
      })
      await t.rejects(createFamily(store, other), { code: 'family-id' })
    },
  )

  await t.test('a session has a bounded number of families: the least used goes', async (t) => {
    const session = await livingSession(store)
    const made = Array.from({ length: STORE_LIMITS.familiesPerSession }, (_, index) =>
      sampleFamily(session, {
        clientId: `app-${index >> 2}`,
        rotatedAt: NOW + (index === 3 ? -1 : index),
      }),
    )
    for (const family of made) await createFamily(store, family)
    const alive = async () => {
      const peeked = await Promise.all(made.map(({ familyId }) => families.peek(familyId, NOW)))
      return peeked.flatMap((family, index) => (family ? [] : [index]))
    }
    t.strictSame(await alive(), [])
    const next = sampleFamily(session, { rotatedAt: NOW + 100 })
    await createFamily(store, next)
    t.strictSame(await alive(), [3])
    t.ok(await families.peek(next.familyId, NOW))
  })

  await t.test('a client that signs in again and again crowds out itself only', async (t) => {
    const session = await livingSession(store)
    const other = sampleFamily(session, { clientId: 'reports', rotatedAt: NOW - 10 })
    await createFamily(store, other)
    const made = Array.from({ length: STORE_LIMITS.familiesPerClient + 3 }, (_, index) =>
      sampleFamily(session, { rotatedAt: NOW + index }),
    )
    for (const family of made) await createFamily(store, family)
    const peeked = await Promise.all(made.map(({ familyId }) => families.peek(familyId, NOW + 20)))
    t.strictSame(
      peeked.flatMap((family, index) => (family ? [] : [index])),
      [0, 1, 2],
    )
    t.ok(await families.peek(other.familyId, NOW))
  })

  await t.test('what is no family id is dead', async (t) => {
    const family = await livingFamily(store)
    const [, name] = family.familyId.split('~')
    for (const familyId of [
      family.sid,
      '',
      '~',
      `x~${name}`,
      `${family.familyId}x`,
      `s998_${'A'.repeat(22)}~${name}`,
    ]) {
      t.strictSame(await families.redeem({ ...redemptionOf(family), familyId }), { kind: 'dead' })
      t.equal(await families.peek(familyId, NOW), undefined)
    }
  })

  await t.test(
    '1,000 runs of an end racing refreshes leave no live token (attack J8)',
    async (t) => {
      const { end } = log
      const causes: ((family: FamilyRecord) => Promise<LoggedEntry | undefined>)[] = [
        async ({ sid }) => (await end({ kind: 'session', sid }, FACTS)).entries[0],
        async ({ sub }) => (await end({ kind: 'user', sub }, FACTS)).entries[0],
        // Generation 1 once more, after it was used: the second time is late, the first time may have been.
        async (family) => {
          const late = { ...redemptionOf(family), now: NOW + 100 }
          for (const given of [late, { ...late, now: NOW + 200 }]) {
            const outcome = await families.redeem(given)
            if (outcome.kind === 'reused') return outcome.entry
          }
          return undefined
        },
      ]
      const wrong: unknown[] = []
      async function race(round: number): Promise<void> {
        const family = await livingFamily(store, { idleExpiresAt: NOW + 900 })
        const redeem = (generation: number) =>
          families.redeem({ ...redemptionOf(family), generation, now: NOW + 100 })
        const cause = causes[round % causes.length] as (typeof causes)[0]
        const isFirst = round % 2 === 0
        const early = isFirst ? cause(family) : undefined
        const before = [redeem(1), redeem(2)]
        const ending = early ?? cause(family)
        const beside = [redeem(3), redeem(4)]
        const entry = await ending
        const after = await Promise.all([1, 2, 3, 4, 5].map(redeem))
        if (!entry) wrong.push({ round, entry })
        for (const outcome of after) if (outcome.kind !== 'dead') wrong.push({ round, outcome })
        for (const outcome of await Promise.all([...before, ...beside])) {
          const given = outcome.kind === 'rotated' || outcome.kind === 'replayed'
          // What was given out before the end carries an older position, so the entry kills it.
          if (given && outcome.rev.offset >= Number(entry?.o)) wrong.push({ round, outcome, entry })
        }
      }
      for (let round = 0; round < 1000; round += 50) {
        await Promise.all(Array.from({ length: 50 }, (_, index) => race(round + index)))
      }
      t.strictSame(wrong.slice(0, 3), [])
    },
  )
}
