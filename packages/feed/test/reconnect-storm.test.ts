/** A thousand verifiers whose issuer restarts, in simulated time. */
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { feedClient } from '../src/index.ts'
import { scriptedNetwork } from './scripted-network.ts'

const COUNT = 1000
const DOWN_MS = 10_000

/** Even, and the same each time. */
function chance(seed: number) {
  let state = seed
  return {
    bytes: (count: number) =>
      Buffer.from(
        Array.from({ length: count }, () => {
          state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
          return state >>> 24
        }),
      ),
  }
}

t.test('attack K17: they come back spread out, the more the longer it lasts', async (t) => {
  const time = simulatedTime()
  const network = scriptedNetwork()
  const attempts: number[] = []
  for (let i = 0; i < COUNT; i++) {
    feedClient({
      issuerAddress: 'https://sso.example.com',
      service: 'orders',
      credentials: { clientId: 'orders', clientSecret: 'secret' },
      clock: time.clock,
      scheduler: time.scheduler,
      random: chance(i * 7919 + 1),
      connect: network.connect,
    })
  }
  const begunAtMs = time.clock.monotonicMs()
  let open = 0
  /** The issuer is down: whoever tries is turned away at once. */
  const turnAway = () => {
    for (; open < network.sockets.length; open++) {
      attempts.push(time.clock.monotonicMs() - begunAtMs)
      network.sockets[open]?.closed()
    }
  }
  for (let ms = 0; ms <= DOWN_MS; ms++) {
    turnAway()
    time.advance(1)
  }
  const within = (from: number, to: number) => attempts.filter((at) => at >= from && at < to).length
  t.equal(within(0, 1), COUNT, 'all at once, as they were started')
  let busiest = 0
  for (let ms = 5000; ms < DOWN_MS; ms += 10) busiest = Math.max(busiest, within(ms, ms + 10))
  t.ok(busiest < 25, `${busiest} in the busiest 10 ms, of ${COUNT}`)
  t.ok(within(5000, DOWN_MS) < 3 * COUNT, `${within(5000, DOWN_MS)} attempts in five seconds`)
  t.ok(within(5000, DOWN_MS) > COUNT, 'and none has given up')
})
