import { feedFrame, type LogEntry } from '@latchkey/protocol'
import t from 'tap'
import { delivery } from '../src/feed/delivery.ts'
import { entryFrames } from '../src/feed/entry-frames.ts'
import { type FrameShelf, frameShelf } from '../src/feed/frame-shelf.ts'
import { entriesBehind, withoutExpired } from '../src/feed/living-entries.ts'
import { logTail } from '../src/feed/log-tail.ts'
import { entry, logOf } from './fixtures/log-of.ts'

const log = (count: number): LogEntry[] => Array.from({ length: count }, (_, i) => entry(i + 1))
const at = (offset: number) => ({ p: 0, epoch: 1, offset, digest: `d${offset}` })

/** Counts what is written, and what is looked through to find out who may read it. */
function counting(shelf: FrameShelf) {
  const counts = { written: 0, compared: 0 }
  const counted: FrameShelf = {
    ...shelf,
    take: (place, audience, variant, write) =>
      shelf.take(
        place,
        audience,
        () => {
          counts.compared += 1
          return variant()
        },
        () => {
          counts.written += 1
          return write()
        },
      ),
  }
  return { counts, shelf: counted }
}

t.test('attack K17: a storm of 1,000 verifiers costs one snapshot', async (t) => {
  const { counts, shelf } = counting(frameShelf())
  const list = log(3000)
  const of = (audience: string) => {
    const frames = entryFrames({ audience, encoding: 'text', shelf })
    return [...frames.snapshot(at(3000), list, list.length)]
  }
  const first = of('https://a.example')
  t.equal(first.length, 10)
  for (let n = 0; n < 1000; n++) {
    const again = of(n % 2 ? 'https://a.example' : 'https://b.example')
    if (again.some((frame, i) => frame !== first[i])) t.fail('written again')
  }
  t.strictSame(counts, { written: 10, compared: 20 })
})

t.test('attack K17: one entry for 1,000 sockets is written once', async (t) => {
  const { counts, shelf } = counting(frameShelf())
  for (let n = 0; n < 1000; n++) {
    const frames = entryFrames({ audience: `https://${n % 10}.example`, encoding: 'text', shelf })
    t.equal([...frames.entries(1, [entry(4)])].length, 1)
  }
  t.equal(counts.written, 1)
})

t.test('whoever may not read the same gets another frame, and so does another log', async (t) => {
  const shelf = frameShelf()
  const frame = (audience: string, entries: LogEntry[], epoch = 1) => {
    const [only] = entryFrames({ audience, encoding: 'text', shelf }).entries(epoch, entries)
    return String(only?.body)
  }
  const aboutA = [entry(4, 'service', 'https://a.example')]
  const a = frame('https://a.example', aboutA)
  t.match(a, 'a.example')
  t.notMatch(frame('https://b.example', aboutA), 'a.example')
  t.equal(frame('https://a.example', aboutA), a)
  t.not(frame('https://a.example', aboutA, 2), a)
  t.not(frame('https://a.example', [{ ...entry(4), d: 'forked' }]), a)
})

t.test('attack J9: what is kept of long snapshots is bounded, and dropped soon', async (t) => {
  const shelf = frameShelf()
  let written = 0
  const take = (n: number) =>
    shelf.take(
      `place ${n}`,
      'a',
      () => '',
      () => {
        written += 1
        return feedFrame('snapshot', 'x'.repeat(1_000_000))
      },
    )
  for (let n = 0; n < 200; n++) take(n)
  t.equal(written, 200)
  take(199)
  t.equal(written, 200, 'the newest is there')
  take(0)
  t.equal(written, 201, 'the oldest is not')
  shelf.age()
  take(199)
  t.equal(written, 201, 'what was taken lately is kept')
  shelf.age()
  shelf.age()
  take(199)
  t.equal(written, 202, 'what nobody has asked for any more is not')
})

t.test('attack J9: a long snapshot is written only as fast as the network takes it', async (t) => {
  const { counts, shelf } = counting(frameShelf())
  const list = log(30_000)
  let taken = () => {}
  const to = delivery({
    ...{ audience: 'https://a.example', encoding: 'text', shelf, partitions: 1 },
    tail: { position: () => at(list.length), living: () => list, after: () => undefined },
    send: () => {},
    resumed: () => {},
    isFull: () => true,
    drained: () =>
      new Promise((resolve) => {
        taken = resolve
      }),
    failed: (error) => t.fail(String(error)),
  })
  const placed = to.place([])
  t.equal(counts.written, 1)
  for (let frames = 1; frames < 100; frames++) {
    taken()
    await new Promise(setImmediate)
    t.equal(counts.written, frames + 1)
    t.equal(to.sent(0), undefined, 'no lease before the end')
  }
  taken()
  await placed
  t.equal(to.sent(0)?.offset, list.length)
})

t.test('what follows on a place is found in any list', async (t) => {
  const list = log(1000)
  for (const offset of [1, 2, 499, 500, 998, 999, 1000]) {
    const rest = entriesBehind(list, at(offset))
    t.equal(rest?.length, 1000 - offset)
    t.equal(rest?.[0]?.o, offset === 1000 ? undefined : offset + 1)
    t.equal(entriesBehind(list, { offset, digest: 'other' }), undefined)
  }
  for (const offset of [0, 1001]) t.equal(entriesBehind(list, at(offset)), undefined)
  const holed = list.filter(({ o }) => o !== 700)
  t.equal(entriesBehind(holed, at(699)), undefined, 'nothing is jumped over')
  t.equal(entriesBehind(holed, at(701))?.length, 299)
  t.equal(entriesBehind([], at(1)), undefined)
})

t.test('only a front of expired entries is dropped, so that no hole is made', async (t) => {
  const list = log(5).map((one, i) => ({ ...one, x: [100, 90, 300, 100, 300][i] as number }))
  const left = (nowSeconds: number) => withoutExpired(list, nowSeconds).map(({ o }) => o)
  t.strictSame(left(100), [1, 2, 3, 4, 5], 'the second itself still counts')
  t.strictSame(left(101), [3, 4, 5])
  t.strictSame(left(301), [])
  t.equal(withoutExpired(list, 90), list, 'nothing is copied for nothing')
})

/** What a log holds at some time. */
interface Standing {
  readonly epoch: number
  readonly entries: LogEntry[]
}

t.test('half of one log and half of another are neither', async (t) => {
  const ada = entry(1, 'user', 'u_ada')
  const bob = { ...entry(1, 'user', 'u_bob'), d: 'other' }
  const next = entry(2, 'user', 'u_eve')
  const cases: [string, 'head' | 'read', Standing, Standing, Standing][] = [
    [
      'another epoch between the look at its head and the look at its entries',
      'head',
      { epoch: 10, entries: [] },
      { epoch: 11, entries: [ada, next] },
      { epoch: 12, entries: [bob] },
    ],
    [
      'another last entry in the same epoch between the two',
      'head',
      { epoch: 10, entries: [] },
      { epoch: 11, entries: [ada] },
      { epoch: 11, entries: [bob] },
    ],
    [
      'a lost last entry, and others in the same epoch between two looks',
      'read',
      { epoch: 10, entries: [ada] },
      { epoch: 10, entries: [] },
      { epoch: 10, entries: [bob, { ...next, d: 'other still' }] },
    ],
  ]
  for (const [name, look, before, found, after] of cases) {
    const { log, state } = logOf(10, 0)
    Object.assign(state, before)
    const tail = logTail({ log, partitions: 1, warn: () => {} })
    await tail.start()
    const resets: unknown[] = []
    tail.listen({
      appended: () => t.fail(`${name}: nothing follows`),
      reset: () => resets.push([tail.position(0).epoch, [...tail.living(0)]]),
    })
    Object.assign(state, found)
    const real = log[look]
    Object.assign(log, {
      [look]: async (...asked: Parameters<typeof log.read>) => {
        const answer = await (real as typeof log.read)(...asked)
        Object.assign(log, { [look]: real })
        Object.assign(state, after)
        return answer
      },
    })
    await tail.poke()
    t.strictSame(resets, [[after.epoch, after.entries]], name)
  }
})
