import { LIMITS } from '@latchkey/protocol'
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
