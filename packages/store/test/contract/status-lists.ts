import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { fifty, NOW } from './samples.ts'

const FACTS_OF_TOKEN = '{"jti":"ü \\n"}'

export async function statusListRules(t: Test, engine: Engine): Promise<void> {
  const { statusLists, partitions } = await engine.open(t)
  const last = partitions - 1
  const allocate = (expiresAt: number, now: number, capacity: number, list = last) =>
    statusLists.allocate(list, FACTS_OF_TOKEN, expiresAt, capacity, now)
  const indexes = async (now: number, list = last) =>
    (await statusLists.read(list, now)).map(({ index }) => index).sort((a, b) => a - b)

  await t.test('50 tokens at once get 50 places, the whole list if need be', async (t) => {
    const places = await fifty(() => allocate(NOW + 60, NOW, 50))
    t.ok(places.every(({ list }) => list === last))
    t.equal(new Set(places.map(({ index }) => index)).size, 50)
    t.strictSame(await indexes(NOW), [...Array(50).keys()])
    const [entry] = await statusLists.read(last, NOW)
    t.equal(entry?.facts, FACTS_OF_TOKEN)
  })

  await t.test('a full list has no place until one of its tokens has expired', async (t) => {
    await t.rejects(allocate(NOW + 90, NOW + 59, 50), { code: 'status-list-full' })
    t.strictSame((await indexes(NOW + 59)).length, 50)
    t.strictSame(await indexes(NOW + 60), [])
    const { index } = await allocate(NOW + 90, NOW + 60, 50)
    t.strictSame(await indexes(NOW + 60), [index])
    t.strictSame(await indexes(NOW + 90), [])
  })

  await t.test('places do not tell in which order tokens were made', async (t) => {
    const capacity = 1_000_000
    const found = []
    for (let i = 0; i < 8; i++) found.push((await allocate(NOW + 200, NOW + 100, capacity)).index)
    t.ok(found.every((index) => index >= 0 && index < capacity))
    t.notSame(
      found,
      found.toSorted((a, b) => a - b),
    )
  })

  await t.test('a list that there is not has no places', async (t) => {
    for (const list of [partitions, -1, 0.5, Number.NaN]) {
      t.strictSame(await statusLists.read(list, NOW), [])
    }
  })
}
