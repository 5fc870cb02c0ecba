/** What must be told is noted with the change that causes it, and given to one teller at a time. */
import t from 'tap'
import type { PlannedEnd } from '../src/index.ts'
import { memoryDirectory, oneOf, race, sharedDirectories } from './fixtures/open-directory.ts'

const NOW = 1_700_000_000
const HELD = NOW + 5
const actor = { sub: 'u_1', clientId: 'console', requestId: 'r1' }
const stale = (about: string): PlannedEnd => ({
  target: { kind: 'stale', about },
  reason: 'permissions_changed',
  actor,
})

t.test('what is noted is given when nobody holds it, as it was noted', async (t) => {
  const { untoldEnds } = await memoryDirectory(t)
  const disabled: PlannedEnd = {
    target: { kind: 'client', clientId: 'orders' },
    reason: 'client_disabled',
    actor: { sub: 'issuer' },
  }
  const noted = await untoldEnds.note([stale('u_1'), disabled], HELD)
  t.match(noted, [stale('u_1'), disabled])
  t.equal(new Set(noted.map(({ id }) => id)).size, 2)
  t.equal(await untoldEnds.areWaiting(HELD - 1), false, 'whoever noted it tells it')
  t.strictSame(await untoldEnds.claim(9, HELD - 1, HELD), [])
  t.equal(await untoldEnds.areWaiting(HELD), true)
  const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
  t.strictSame((await untoldEnds.claim(9, HELD, HELD + 5)).sort(byId), [...noted].sort(byId))
  t.strictSame(await untoldEnds.claim(9, HELD + 4, HELD + 9), [], 'it is held again')
})

t.test('at most so many are given, and those that have waited longest come first', async (t) => {
  const { untoldEnds } = await memoryDirectory(t)
  for (const [about, held] of [
    ['u_3', 3],
    ['u_1', 1],
    ['u_2', 2],
  ] as const) {
    await untoldEnds.note([stale(about)], NOW + held)
  }
  const about = async (limit: number) =>
    (await untoldEnds.claim(limit, HELD, HELD + 5)).map(({ target }) =>
      target.kind === 'stale' ? target.about : '',
    )
  t.strictSame([await about(2), await about(2)], [['u_1', 'u_2'], ['u_3']])
})

t.test('what a process with a wrong clock holds for days is given at once', async (t) => {
  const { untoldEnds } = await memoryDirectory(t)
  const [ahead] = await untoldEnds.note([stale('u_1')], NOW + 86_400)
  await untoldEnds.note([stale('u_2')], NOW + 60)
  t.equal(await untoldEnds.areWaiting(NOW), true)
  t.strictSame(await untoldEnds.claim(9, NOW, HELD), [ahead], 'and not what may be held')
  t.equal(await untoldEnds.areWaiting(NOW), false)
})

t.test('what is removed is told no more, and one remover knows that it was the one', async (t) => {
  const { untoldEnds } = await memoryDirectory(t)
  const [one] = await untoldEnds.note([stale('u_1')], NOW)
  const id = one?.id ?? ''
  t.strictSame([await untoldEnds.remove(id), await untoldEnds.remove(id)], [true, false])
  t.equal(await untoldEnds.areWaiting(NOW), false)
})

t.test('a change that is undone takes its note with it', async (t) => {
  const { transaction, untoldEnds } = await memoryDirectory(t)
  await t.rejects(
    transaction(async (inside) => {
      await inside.untoldEnds.note([stale('u_1')], NOW)
      throw new Error('undone')
    }),
    { message: 'undone' },
  )
  t.equal(await untoldEnds.areWaiting(NOW), false)
})

t.test('each is given to one caller, of 50 at once in three processes', async (t) => {
  const directories = await sharedDirectories(t, 3)
  const first = oneOf(directories, 0)
  await first.untoldEnds.note(
    Array.from({ length: 50 }, (_, n) => stale(`u_${n}`)),
    NOW,
  )
  const claims = Array.from({ length: 50 }, (_, n) =>
    oneOf(directories, n).untoldEnds.claim(3, NOW, NOW + 5),
  )
  const { won, lost } = await race(claims)
  const ids = won.flat().map(({ id }) => id)
  t.strictSame([ids.length, new Set(ids).size, lost], [50, 50, []])
})
