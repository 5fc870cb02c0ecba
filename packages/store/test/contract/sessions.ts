import type { Test } from 'tap'
import { STORE_LIMITS } from '../../src/store-limits.ts'
import type { Engine } from './engines.ts'
import {
  createFamily,
  FACTS,
  livingFamily,
  livingSession,
  NOW,
  newSub,
  sampleFamily,
  sampleSession,
} from './samples.ts'

export async function sessionRules(t: Test, engine: Engine): Promise<void> {
  const store = await engine.open(t)
  const { sessions, log } = store

  await t.test('the living refresh families of a session are listed', async (t) => {
    const { families } = store
    const first = await livingFamily(store)
    const { sid } = first
    const second = sampleFamily(first, { clientId: 'other', rotatedAt: first.rotatedAt + 5 })
    await createFamily(store, second)
    t.strictSame(await families.list(sid, NOW), [second, first], 'the one rotated last first')
    await log.end({ kind: 'client', clientId: 'other' }, FACTS)
    t.strictSame(await families.list(sid, NOW), [first], 'not one whose client was ended')
    t.strictSame(await families.list(sid, first.idleExpiresAt), [])
    await log.end({ kind: 'session', sid }, FACTS)
    t.strictSame(await families.list(sid, NOW), [])
    t.strictSame(await families.list('nothing', NOW), [])
  })

  await t.test('a session is found as it was created, with the position of now', async (t) => {
    const session = await livingSession(store, {
      userAgent: 'tab\there "quoted" back\\slash ünï 💡'.padEnd(200, '.'),
      amr: [],
    })
    await log.end({ kind: 'stale', about: session.sub }, FACTS)
    const found = await sessions.find(session.sid, NOW)
    t.strictSame(found?.session, { ...session, clients: [], userinfoClaims: {} })
    t.strictSame(found?.rev, (await log.head(session.rev.partition)).position)
  })

  await t.test('what is no living session is not found', async (t) => {
    const { sid } = sampleSession(store)
    for (const text of [
      sid,
      '',
      'x',
      sid.replace(/^s\d/, 's999'),
      `${sid}x`,
      's0_*'.padEnd(26, '*'),
    ]) {
      t.equal(await sessions.find(text, NOW), undefined, text)
      t.equal(await sessions.touch(text, NOW + 10, NOW), false, text)
    }
  })

  await t.test('a session lives until the second before its idle or absolute end', async (t) => {
    const idle = await livingSession(store, { idleExpiresAt: NOW + 100 })
    t.ok(await sessions.find(idle.sid, NOW + 99))
    t.equal(await sessions.find(idle.sid, NOW + 100), undefined)
    const absolute = await livingSession(store, {
      idleExpiresAt: NOW + 500,
      absoluteExpiresAt: NOW + 100,
    })
    t.equal((await sessions.find(absolute.sid, NOW + 99))?.session.idleExpiresAt, NOW + 100)
    t.equal(await sessions.find(absolute.sid, NOW + 100), undefined)
  })

  await t.test(
    'touching moves the idle end forward only, and never past the absolute end',
    async (t) => {
      const { sid } = await livingSession(store, { absoluteExpiresAt: NOW + 2000 })
      const idleAfter = async (idleExpiresAt: number) => {
        t.equal(await sessions.touch(sid, idleExpiresAt, NOW), true)
        return (await sessions.find(sid, NOW))?.session.idleExpiresAt
      }
      t.equal(await idleAfter(NOW + 1500), NOW + 1500)
      t.equal(await idleAfter(NOW + 700), NOW + 1500)
      t.equal(await idleAfter(NOW + 9000), NOW + 2000)
      t.equal(await sessions.touch(sid, NOW + 9000, NOW + 2000), false)
    },
  )

  await t.test('renewing replaces the sign-in and leaves the rest', async (t) => {
    const session = await livingSession(store)
    const change = {
      handleHash: 'other',
      authTime: NOW + 50,
      acr: '2',
      amr: ['pwd', 'hwk'],
      idleExpiresAt: NOW + 1200,
    }
    t.equal(await sessions.renew(session.sid, change, NOW + 50), true)
    const found = await sessions.find(session.sid, NOW + 50)
    t.match(found?.session, { ...session, ...change })
    await sessions.renew(session.sid, { ...change, idleExpiresAt: NOW + 800 }, NOW + 50)
    const later = await sessions.find(session.sid, NOW + 50)
    t.equal(later?.session.idleExpiresAt, NOW + 1200, 'the idle end does not come closer')
    t.equal(await sessions.renew(session.sid, change, NOW + 1200), false)
    t.equal(await sessions.find(session.sid, NOW + 1200), undefined)
  })

  await t.test('an ended session can be neither found, touched nor renewed', async (t) => {
    const session = await livingSession(store)
    await log.end({ kind: 'session', sid: session.sid }, FACTS)
    t.equal(await sessions.find(session.sid, NOW), undefined)
    t.equal(await sessions.touch(session.sid, NOW + 10, NOW), false)
    t.equal(await sessions.renew(session.sid, session, NOW), false)
  })

  await t.test('an expired session can be ended while its last tokens live', async (t) => {
    const { sid, idleExpiresAt } = await livingSession(store)
    const now = idleExpiresAt + STORE_LIMITS.sessionLingerSeconds - 1
    const outcome = await log.end({ kind: 'session', sid }, { ...FACTS, now })
    t.equal(outcome.entries.length, 1)
    t.equal(outcome.session?.sid, sid)
  })

  await t.test('a client that got tokens is noted once, in a living session', async (t) => {
    const { sid } = await livingSession(store)
    for (const clientId of ['orders', 'a "b"/\\ü', 'orders']) {
      t.equal(await sessions.noteClient(sid, clientId, [], NOW), true)
    }
    const found = await sessions.find(sid, NOW)
    t.strictSame(found?.session.clients, ['orders', 'a "b"/\\ü'])
    await log.end({ kind: 'session', sid }, FACTS)
    for (const dead of [sid, 'x', sampleSession(store).sid]) {
      t.equal(await sessions.noteClient(dead, 'orders', [], NOW), false)
    }
  })

  await t.test(
    'what /userinfo gives a client is noted beside it, replaced each time',
    async (t) => {
      const { sid } = await livingSession(store)
      const strange = 'a "b"/\\ü'
      const names = ['email', 'x "\ud800" ü\n💡', 'email/*']
      const noted = async () => (await sessions.find(sid, NOW))?.session.userinfoClaims
      await sessions.noteClient(sid, 'orders', [], NOW)
      t.strictSame(await noted(), {})
      await sessions.noteClient(sid, strange, names, NOW)
      await sessions.noteClient(sid, 'orders', ['phone_number'], NOW)
      t.strictSame(await noted(), { [strange]: names, orders: ['phone_number'] })
      await sessions.noteClient(sid, strange, ['name'], NOW)
      t.strictSame(await noted(), { [strange]: ['name'], orders: ['phone_number'] })
      await sessions.noteClient(sid, strange, [], NOW)
      await sessions.noteClient(sid, 'orders', [], NOW)
      t.strictSame(await noted(), {})
      t.strictSame((await sessions.find(sid, NOW))?.session.clients, ['orders', strange])
    },
  )

  await t.test('a user has a list of living sessions, newest first', async (t) => {
    const sub = newSub()
    const made = []
    for (const age of [30, 10, 20, 0]) {
      made.push(await livingSession(store, { sub, createdAt: NOW - age }))
    }
    await livingSession(store)
    const [oldest, second, third, newest] = made
    const listed = async (limit: number, now = NOW) =>
      (await sessions.listByUser(sub, limit, now)).map(({ sid }) => sid)
    t.strictSame(await listed(10), [newest?.sid, second?.sid, third?.sid, oldest?.sid])
    t.strictSame(await listed(2), [newest?.sid, second?.sid])

    await log.end({ kind: 'session', sid: String(newest?.sid) }, FACTS)
    await sessions.touch(String(second?.sid), NOW + 1, NOW)
    t.strictSame(await listed(2), [second?.sid, third?.sid], 'dead ones do not fill the page')
    t.strictSame(await listed(10, NOW + 1000), [])
    t.strictSame(await sessions.listByUser(newSub(), 10, NOW), [])

    const other = newSub()
    const lasting = await livingSession(store, { sub: other, createdAt: NOW - 9 })
    for (const age of [3, 2, 1]) {
      await livingSession(store, { sub: other, createdAt: NOW - age, idleExpiresAt: NOW + 5 })
    }
    const left = await sessions.listByUser(other, 2, NOW + 5)
    t.strictSame(
      left.map(({ sid }) => sid),
      [lasting.sid],
      'expired ones do not either',
    )
  })

  await t.test('subjects that look alike in a key are different users', async (t) => {
    const subs = ['u_a:b', 'u_a%3Ab', 'u_*', 'u_{p0}', 'u_ä', 'u_a\u0308', 'u_A', 'u_a']
    for (const sub of subs) await livingSession(store, { sub })
    for (const sub of subs) {
      const listed = await sessions.listByUser(sub, 10, NOW)
      t.strictSame(
        listed.map((session) => session.sub),
        [sub],
      )
    }
    await log.end({ kind: 'user', sub: 'u_a:b' }, FACTS)
    t.equal((await sessions.listByUser('u_a:b', 10, NOW)).length, 0)
    t.equal((await sessions.listByUser('u_a%3Ab', 10, NOW)).length, 1)
  })

  await t.test('a session that ends could miss is refused', async (t) => {
    const session = sampleSession(store, { absoluteExpiresAt: NOW + 7 * 24 * 3600 })
    await sessions.create(session, NOW)
    await t.rejects(
      sessions.create({ ...session, absoluteExpiresAt: session.absoluteExpiresAt + 1 }, NOW),
      { code: 'session-lifetime' },
    )
    const elsewhere = { ...session, sid: session.sid.replace(/^s\d+/, 's998') }
    await t.rejects(sessions.create(elsewhere, NOW), { code: 'session-partition' })
    await t.rejects(sessions.create({ ...session, sid: 'x' }, NOW), { code: 'session-partition' })
    const rev = { ...session.rev, partition: 998 }
    await t.rejects(sessions.create({ ...session, rev }, NOW), { code: 'session-partition' })
  })

  await t.test('a session whose person was ended while signing in is born dead', async (t) => {
    for (const kind of ['user', 'all'] as const) {
      const session = sampleSession(store)
      const { position } = await log.head(session.rev.partition)
      await log.end(kind === 'user' ? { kind, sub: session.sub } : { kind }, FACTS)
      await sessions.create({ ...session, rev: position }, NOW)
      t.equal(await sessions.find(session.sid, NOW), undefined, kind)
      t.strictSame(await sessions.listByUser(session.sub, 10, NOW), [])
      t.ok(await livingSession(store, { sub: session.sub }))
    }
  })

  await t.test(
    'refreshing is using: it keeps the session alive, up to its absolute end',
    async (t) => {
      const family = await livingFamily(store, { absoluteExpiresAt: NOW + 9000 })
      const idleOf = async () => (await sessions.find(family.sid, NOW))?.session.idleExpiresAt
      const redemption = {
        familyId: family.familyId,
        clientId: family.clientId,
        graceSeconds: 10,
        now: NOW + 20,
        entryExpiresAt: NOW,
      }
      await store.families.redeem({ ...redemption, generation: 1, idleExpiresAt: NOW + 3000 })
      t.equal(await idleOf(), NOW + 3000)
      await store.families.redeem({ ...redemption, generation: 2, idleExpiresAt: NOW + 8000 })
      t.equal(await idleOf(), NOW + 5000)
    },
  )

  await t.test('a scan meets every living session, page by page, and no other', async (t) => {
    const store = await engine.open(t)
    const { sessions, log } = store
    const made = []
    for (let n = 0; n < 40; n++) made.push(await livingSession(store))
    const [ended, cut, ...living] = made as [(typeof made)[0], (typeof made)[0], ...typeof made]
    await livingSession(store, { idleExpiresAt: NOW + 10 })
    await log.end({ kind: 'session', sid: ended.sid }, FACTS)
    await log.end({ kind: 'user', sub: cut.sub }, FACTS)
    await livingFamily(store).then(({ sid }) => log.end({ kind: 'session', sid }, FACTS))

    const met = new Map<string, unknown>()
    let cursor = ''
    let pages = 0
    do {
      const page = await sessions.scan(cursor, 7, NOW + 10)
      for (const session of page.sessions) met.set(session.sid, session)
      cursor = page.cursor
      pages++
    } while (cursor !== '')
    t.strictSame([...met.keys()].sort(), living.map(({ sid }) => sid).sort())
    const [one] = living
    t.strictSame(met.get(one?.sid ?? ''), { ...one, clients: [], userinfoClaims: {} })
    t.ok(pages > 1, `${pages} pages`)
  })
}
