import { randomId, systemRandom } from '@latchkey/protocol'
import type { Signal, SignalCursor, Store } from '@latchkey/store'
import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { fifty, NOW } from './samples.ts'

const MOST = 100

function place(offset: number, partition = 0): SignalCursor {
  return { partition, epoch: 7, offset }
}

function signal(change: Partial<Signal> = {}): Signal {
  return { jti: randomId(systemRandom), claims: '{"a":1}', expiresAt: NOW + 60, ...change }
}

async function waiting(store: Store, stream: string, now = NOW): Promise<string[]> {
  const { signals } = await store.signals.peek(stream, MOST, now)
  return signals.map(({ jti }) => jti)
}

export async function signalRules(t: Test, engine: Engine): Promise<void> {
  const store = await engine.open(t)
  const { signals } = store

  await t.test('signals come in order, whole, and stay until they are settled', async (t) => {
    const [a, b, c] = [signal(), signal({ claims: 'ü "\n' }), signal()]
    t.strictSame(await signals.peek('order', 5, NOW), { signals: [], more: false })
    await signals.append('order', { after: undefined, to: place(1) }, [a, b], MOST, NOW)
    await signals.add('order', c, MOST, NOW)
    t.strictSame(await signals.peek('order', 2, NOW), { signals: [a, b], more: true })
    t.strictSame(await signals.peek('order', 3, NOW), { signals: [a, b, c], more: false })
    await signals.settle('order', [b.jti, 'unknown'])
    await signals.settle('order', [])
    t.strictSame(await waiting(store, 'order'), [a.jti, c.jti])
    t.strictSame(await waiting(store, 'another'), [])
  })

  await t.test('the cursor moves with the signals, from where it stands only', async (t) => {
    const [a, b] = [signal(), signal()]
    const add = (after: SignalCursor | undefined, to: SignalCursor, ...what: Signal[]) =>
      signals.append('cursor', { after, to }, what, MOST, NOW)
    t.equal(await signals.cursor('cursor', 0), undefined)
    t.equal(await add(place(3), place(4), b), false, 'it has none yet')
    t.equal(await add(undefined, place(3), a), true)
    t.equal(await add(undefined, place(4), b), false)
    t.equal(await add({ ...place(3), epoch: 8 }, place(4), b), false)
    t.equal(await add(place(2), place(4), b), false)
    t.strictSame(await signals.cursor('cursor', 0), place(3))
    t.equal(await add(place(3), place(4)), true, 'entries that concern nobody move it, too')
    t.equal(await add(undefined, place(9, 1)), true, 'each partition has its own')
    t.strictSame(await signals.cursor('cursor', 1), place(9, 1))
    t.strictSame(await signals.cursor('cursor', 0), place(4))
    t.strictSame(await waiting(store, 'cursor'), [a.jti])
  })

  await t.test('of 50 processes at once one turns an entry into signals', async (t) => {
    const outcomes = await fifty(() =>
      signals.append('race', { after: undefined, to: place(1) }, [signal()], MOST, NOW),
    )
    t.equal(outcomes.filter(Boolean).length, 1)
    t.equal((await waiting(store, 'race')).length, 1)
  })

  await t.test('of too many the oldest go', async (t) => {
    const all = Array.from({ length: 5 }, () => signal())
    await signals.append('many', { after: undefined, to: place(1) }, all.slice(0, 4), 3, NOW)
    t.strictSame(
      await waiting(store, 'many'),
      all.slice(1, 4).map(({ jti }) => jti),
    )
    for (const each of all.slice(4)) await signals.add('many', each, 3, NOW)
    t.strictSame(
      await waiting(store, 'many'),
      all.slice(2).map(({ jti }) => jti),
    )
  })

  await t.test('a signal whose second has come is gone, and hides nobody behind it', async (t) => {
    const old = Array.from({ length: 4 }, () => signal({ expiresAt: NOW + 5 }))
    const [young, last] = [signal(), signal()]
    const to = place(1)
    await signals.append('old', { after: undefined, to }, [...old, young, last], MOST, NOW)
    t.equal((await waiting(store, 'old', NOW + 4)).length, 6)
    t.strictSame(await signals.peek('old', 1, NOW + 5), { signals: [young], more: true })
    t.strictSame(await waiting(store, 'old', NOW + 60), [])
  })

  await t.test('who watches hears of what is added, and of which stream', async (t) => {
    const arrived = Promise.withResolvers<void>()
    const heard: string[] = []
    const stop = signals.watch((stream) => {
      heard.push(stream)
      if (stream === 'watched') arrived.resolve()
    })
    await signals.append('quiet', { after: undefined, to: place(1) }, [], MOST, NOW)
    await signals.add('watched', signal(), MOST, NOW)
    await arrived.promise
    t.notOk(heard.includes('quiet'), 'there nothing was added')
    stop()
  })

  await t.test('a stream that is dropped leaves nothing, and others stay', async (t) => {
    for (const stream of ['dropped', 'kept']) {
      await signals.append(stream, { after: undefined, to: place(1) }, [signal()], MOST, NOW)
    }
    await signals.drop('dropped')
    t.strictSame(await waiting(store, 'dropped'), [])
    t.equal(await signals.cursor('dropped', 0), undefined)
    t.equal((await waiting(store, 'kept')).length, 1)
    t.strictSame(await signals.cursor('kept', 0), place(1))
  })
}
