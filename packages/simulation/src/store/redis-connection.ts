/** One issuer process's connection to the store: commands that may be late, lost or refused. */
import { StoreUnavailable } from '@latchkey/protocol'
import type { Lane } from '../network/lane.ts'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import type { RedisNode } from './redis-node.ts'
import type { RedisService } from './redis-service.ts'

/**
 * Runs a script on the node that answers this process. `confirmed`: and waits until the replica has it, where the store was
 * opened to do so. Rejects with StoreUnavailable in time.
 */
export type RunScript = <T>(script: (node: RedisNode) => T, confirmed?: boolean) => Promise<T>

export interface RedisConnectionDeps {
  readonly world: World
  readonly host: Host
  readonly redis: RedisService
  readonly there: Lane
  readonly back: Lane
  /** Writes that a promise rests on are answered when the replica has them, too (`WAIT`). */
  readonly waits: boolean
}

const TIMEOUT_MS = 400
/** As in packages/store/src/redis/script.ts. */
const DEADLINE_MARGIN_MS = 2

export function redisConnection(deps: RedisConnectionDeps): RunScript {
  const { world, host, redis, there, back } = deps
  let ownWrites: { readonly node: RedisNode; readonly count: number } | undefined

  /** One round trip. What the server comes to after the deadline it refuses. */
  function run<T>(script: (node: RedisNode) => T, confirmed = false): Promise<T> {
    return new Promise((resolve, reject) => {
      const deadlineMs = world.nowMs + TIMEOUT_MS - DEADLINE_MARGIN_MS
      const fail = () => reject(new StoreUnavailable('Redis'))
      const cancel = host.scheduler.after(TIMEOUT_MS, fail)
      const answer = (settle: () => void) =>
        crossing(back, () => {
          cancel()
          settle()
        })
      const carryOut = () => {
        const node = redis.nodeOf(host.name)
        if (!node || world.nowMs > deadlineMs) return answer(fail)
        const before = node.written
        const result = script(node)
        if (node.written > before) ownWrites = { node, count: node.written }
        // WAIT speaks of the writes of this connection: those of others may be behind them.
        const count = ownWrites?.node === node ? ownWrites.count : 0
        if (confirmed && deps.waits) node.whenConfirmed(count, () => answer(() => resolve(result)))
        else answer(() => resolve(result))
      }
      crossing(there, () => redis.whenAwake(carryOut))
    })
  }

  /** To the other side of a lane: after its delay, and not while it is blocked. */
  function crossing(lane: Lane, arrive: () => void): void {
    const tryIt = () => {
      if (!lane.isBlocked) return lane === back ? host.deliver(arrive) : arrive()
      const unlisten = lane.onHeal(() => {
        unlisten()
        tryIt()
      })
    }
    world.after(lane.delayMs(), tryIt)
  }

  return run
}
