import { LIMITS, type LogEntry } from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'
import t from 'tap'
import { verifierConnection } from '../src/feed/connection.ts'
import { frameShelf } from '../src/feed/frame-shelf.ts'
import { logTail } from '../src/feed/log-tail.ts'
import { entry, logOf } from './fixtures/log-of.ts'

const ENTRIES = 100_000
/** What waits for the network before the issuer waits for it, and the frame that goes over it. */
const MOST_WAITING = 512 * 1024 + LIMITS.feedFrameBytes

const log = logOf(10, 0)
for (let o = 1; o <= ENTRIES; o++) {
  log.state.entries.push(entry(o, 'session', `s0_${`${o}`.padStart(22, '0')}`))
}
const tail = logTail({ log: log.log, partitions: 1, warn: () => {} })
await tail.start()

/** A verifier behind a slow line: the network takes everything only when the issuer waits for it. */
function slowVerifier(shelf: ReturnType<typeof frameShelf>) {
  const seen = { frames: 0, entries: 0, largest: 0, waiting: 0, mostWaiting: 0, last: '' }
  const connection = verifierConnection({
    id: 'v',
    audience: 'https://a.example',
    tail,
    shelf,
    partitions: 1,
    leaseMs: 5000,
    socket: {
      get bufferedAmount() {
        return seen.waiting
      },
      encoding: 'text',
      wrapKey: (_kid, k) => k,
      send: ({ body }) => {
        const text = String(body)
        const bytes = Buffer.byteLength(text)
        seen.frames++
        seen.entries += (JSON.parse(text) as { entries: unknown[] }).entries.length
        seen.last = text.slice(-40)
        seen.largest = Math.max(seen.largest, bytes)
        seen.waiting += bytes
        seen.mostWaiting = Math.max(seen.mostWaiting, seen.waiting)
      },
      end: (code, reason) => t.fail(`closed: ${code} ${reason}`),
      drained: async () => {
        await new Promise(setImmediate)
        seen.waiting = 0
      },
      terminate: () => t.fail('cut off'),
    },
  })
  return { connection, seen }
}

t.test(
  'attack J9: 100,000 entries at a reconnect go in bounded frames, as fast as they are taken',
  async (t) => {
    const cases = [
      ['a snapshot', [], ENTRIES],
      ['a delta', [{ p: 0, epoch: 10, offset: 1, digest: 'd1' }], ENTRIES - 1],
    ] as const
    for (const [name, positions, expected] of cases) {
      await t.test(`${name}, to five at once`, async (t) => {
        const shelf = frameShelf()
        const verifiers = Array.from({ length: 5 }, () => slowVerifier(shelf))
        await Promise.all(verifiers.map(({ connection }) => connection.place([...positions])))
        for (const { seen } of verifiers) {
          t.equal(seen.entries, expected)
          t.ok(seen.largest <= LIMITS.feedFrameBytes, `${seen.largest} bytes in a frame`)
          t.ok(seen.mostWaiting <= MOST_WAITING, `${seen.mostWaiting} bytes waiting`)
        }
      })
    }
  },
)

/** What an issuer process has read of a log of so many entries, and these. */
async function tailAt(count: number, ...entries: LogEntry[]) {
  const log = logOf(10, count)
  log.state.entries.push(...entries)
  const tail = logTail({ log: log.log, partitions: 1, warn: () => {} })
  await tail.start()
  return { log, tail }
}

t.test('what this process has appended is passed on before it is read', async (t) => {
  const { log, tail } = await tailAt(3)
  const heard: number[] = []
  tail.listen({
    appended: (_, entries) => heard.push(...entries.map(({ o }) => o)),
    reset: () => t.fail(),
  })
  const hint = tail.poke()
  log.state.entries.push(entry(4), entry(5))
  const told = tail.appended({ epoch: 10, entries: [entry(4)] })
  t.strictSame(heard, [4], 'in the same turn')
  await Promise.all([hint, told])
  t.strictSame(heard, [4, 5], 'a read that was under way brings nothing twice and loses nothing')
  t.strictSame(
    tail.living(0).map(({ o }) => o),
    [1, 2, 3, 4, 5],
  )
  t.strictSame(tail.position(0), { p: 0, epoch: 10, offset: 5, digest: 'd5' })
})
t.test('what does not follow on the newest entry is left to be read', async (t) => {
  interface Row extends Pick<EndOutcome, 'epoch' | 'entries'> {
    readonly newest?: LogEntry
  }
  const rows: Readonly<Record<string, Row>> = {
    'of another epoch': { epoch: 11, entries: [entry(4)] },
    'behind a hole': { epoch: 10, entries: [entry(5)] },
    'known already': { epoch: 10, entries: [entry(3)] },
    'behind another entry': { epoch: 10, entries: [entry(4)], newest: { ...entry(3), d: 'e3' } },
  }
  for (const [name, { newest = entry(3), ...outcome }] of Object.entries(rows)) {
    const { tail } = await tailAt(2, newest)
    tail.listen({ appended: () => t.fail(name), reset: () => t.fail(name) })
    await tail.appended(outcome)
    t.equal(tail.position(0).offset, 3, name)
  }
})
