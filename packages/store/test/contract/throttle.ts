import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { fifty, NOW, tally } from './samples.ts'

export async function throttleRules(t: Test, engine: Engine): Promise<void> {
  const { throttle } = await engine.open(t)
  const rule = { limit: 3, windowSeconds: 60 }
  const kinds = async (purpose: string, key: string, ...ages: number[]) => {
    const outcomes = []
    for (const age of ages) {
      outcomes.push((await throttle.attempt(purpose, key, rule, NOW + age)).kind)
    }
    return outcomes
  }

  await t.test('attempts are blocked from the one after the limit', async (t) => {
    t.strictSame(await kinds('password', 'a', 0, 0, 10), ['allowed', 'allowed', 'allowed'])
    t.strictSame(await throttle.attempt('password', 'a', rule, NOW + 20), {
      kind: 'blocked',
      retryAfterSeconds: 40,
    })
  })

  await t.test(
    'the window begins with the first attempt, and blocked ones do not prolong it',
    async (t) => {
      t.strictSame(await kinds('password', 'b', 0, 30, 58), ['allowed', 'allowed', 'allowed'])
      t.strictSame(await kinds('password', 'b', 59, 59, 59), ['blocked', 'blocked', 'blocked'])
      t.strictSame(
        await kinds('password', 'b', 60),
        ['allowed'],
        'in the second in which it is over',
      )
      t.strictSame(await kinds('password', 'b', 61, 62, 119), ['allowed', 'allowed', 'blocked'])
    },
  )

  await t.test('of 50 at once no more than the limit are allowed', async (t) => {
    const outcomes = await fifty(() => throttle.attempt('password', 'c', rule, NOW))
    t.strictSame(tally(outcomes), { allowed: 3, blocked: 47 })
  })

  await t.test('clearing forgets the attempts of one key and purpose', async (t) => {
    for (const [purpose, key] of [
      ['password', 'd'],
      ['password', 'e'],
      ['code', 'd'],
    ] as const) {
      await kinds(purpose, key, 0, 0, 0)
    }
    await throttle.clear('password', 'd')
    await throttle.clear('password', 'never tried')
    t.strictSame(await kinds('password', 'd', 1), ['allowed'])
    t.strictSame(await kinds('password', 'e', 1), ['blocked'])
    t.strictSame(await kinds('code', 'd', 1), ['blocked'])
  })

  await t.test('an attempt that is given back is free again, within its window', async (t) => {
    await throttle.giveBack('password', 'g', NOW)
    t.strictSame(await kinds('password', 'g', 0, 0, 0, 0), [...Array(3).fill('allowed'), 'blocked'])
    await throttle.giveBack('password', 'g', NOW + 59)
    t.strictSame(await kinds('password', 'g', 59, 59), ['allowed', 'blocked'])
    await throttle.giveBack('password', 'g', NOW + 60)
    t.strictSame(await kinds('password', 'g', 60), ['allowed'], 'a new window')
    await throttle.giveBack('password', 'other', NOW + 60)
    const some = await throttle.attempt('password', 'h', rule, NOW, 5)
    t.strictSame(
      some,
      { kind: 'allowed', attempts: 1, secondsLeft: 60 },
      'there was nothing to give',
    )
    await kinds('password', 'h', 1, 1)
    const next = await throttle.attempt('password', 'h', rule, NOW + 20, 2)
    t.strictSame(next, { kind: 'allowed', attempts: 2, secondsLeft: 40 }, 'in the same step')
    const anew = await throttle.attempt('password', 'h', rule, NOW + 30, 2)
    t.strictSame(anew, { kind: 'allowed', attempts: 1, secondsLeft: 60 }, 'nothing was left')
    t.strictSame(await kinds('password', 'g', 60, 60, 60), ['allowed', 'allowed', 'blocked'])
  })

  await t.test('a limit of none blocks the first attempt, and a key may be strange', async (t) => {
    const none = { limit: 0, windowSeconds: 5 }
    const outcome = await throttle.attempt('password', 'f', none, NOW)
    t.strictSame(outcome, { kind: 'blocked', retryAfterSeconds: 5 })
    t.strictSame(await kinds('password', `{p0}*\r\n\0💡${'k'.repeat(10_000)}`, 0), ['allowed'])
  })
}
