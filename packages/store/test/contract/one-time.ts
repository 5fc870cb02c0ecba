import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { fifty, NOW } from './samples.ts'

/** Attacks C12, D17, E9, K4. */
export async function oneTimeRules(t: Test, engine: Engine): Promise<void> {
  const { oneTime } = await engine.open(t)

  await t.test('a word is claimed once within its time, even by 50 at once', async (t) => {
    const claims = await fifty(() => oneTime.claim('jti', 'a', 60, NOW))
    t.equal(claims.filter(Boolean).length, 1)
    t.equal(await oneTime.claim('jti', 'a', 60, NOW + 59), false)
    t.equal(await oneTime.claim('jti', 'a', 60, NOW + 60), true)
    t.equal(await oneTime.claim('assertion', 'a', 60, NOW), true, 'each purpose for itself')
  })

  await t.test('a value is taken once, even by 50 at once', async (t) => {
    const value = 'v "\\\n ü 💡'
    await oneTime.put('ticket', 'b', value, 60, NOW)
    const taken = await fifty(() => oneTime.take('ticket', 'b', NOW))
    t.strictSame(
      taken.filter((each) => each !== undefined),
      [value],
    )
  })

  await t.test('a value is gone when its time is over', async (t) => {
    await oneTime.put('ticket', 'c', '1', 60, NOW)
    await oneTime.put('ticket', 'd', '', 60, NOW)
    t.equal(await oneTime.take('ticket', 'c', NOW + 60), undefined)
    t.equal(await oneTime.take('ticket', 'd', NOW + 59), '')
  })

  await t.test('looking at a value leaves it, until it is taken or its time is over', async (t) => {
    const value = 'v "\\\n ü 💡'
    await oneTime.put('request', 'e', value, 60, NOW)
    await oneTime.claim('request', 'f', 60, NOW)
    t.equal(await oneTime.peek('request', 'e', NOW + 59), value)
    t.equal(await oneTime.peek('request', 'e', NOW + 60), undefined)
    t.equal(await oneTime.peek('ticket', 'e', NOW), undefined)
    t.equal(await oneTime.peek('request', 'f', NOW), undefined, 'a claim is no value')
    t.equal(await oneTime.take('request', 'e', NOW), value)
    t.equal(await oneTime.peek('request', 'e', NOW), undefined)
  })

  await t.test('values and claims, purposes and keys do not mix', async (t) => {
    await oneTime.put('a', 'b:c', '1', 60, NOW)
    await oneTime.claim('a', 'x', 60, NOW)
    for (const [purpose, key] of [
      ['a:b', 'c'],
      ['a', 'b'],
      ['a', 'x'],
      ['', 'a:b:c'],
      ['a', 'B:c'],
    ] as const) {
      t.equal(await oneTime.take(purpose, key, NOW), undefined, `${purpose} ${key}`)
    }
    t.equal(await oneTime.claim('a', 'b:c', 60, NOW), true)
    t.equal(await oneTime.take('a', 'b:c', NOW), '1')
  })

  await t.test('a key may be as long and as strange as it likes', async (t) => {
    for (const key of ['k'.repeat(100_000), '{p0}*?[a]\r\n\0', '💡']) {
      t.equal(await oneTime.claim('jti', key, 60, NOW), true)
      t.equal(await oneTime.claim('jti', key, 60, NOW), false)
    }
  })
}
