/** A Redis primary with one replica behind it: asynchronous replication, and what a failover makes of it. */
import type { Chance } from '../chance.ts'
import type { World } from '../time/world.ts'
import { type Dataset, dataset, type Write } from './dataset.ts'

/** What takes commands under one name until a failover puts another in its place. */
export interface RedisNode {
  readonly data: Dataset
  /** Changes with each start and each promotion. */
  readonly runId: string
  /** How many writes were made here, and how many of them the replica has confirmed. */
  readonly written: number
  readonly confirmed: number
  write(write: Write): void
  /** Calls back when the replica has confirmed so many writes; never when the node is gone first. */
  whenConfirmed(count: number, listener: () => void): void
  /** The replica hears nothing more until `link`. */
  unlink(): void
  link(): void
  /** The replica as a primary of its own, with a new replica; this node goes on without one. Tells what was lost. */
  promote(runId: string): { node: RedisNode; lost: readonly Write[] }
  /** What was written here after the replica went its own way. */
  lateWrites(): readonly Write[]
}

export interface RedisNodeDeps {
  readonly world: World
  readonly chance: Chance
  /** A log began a new epoch here. */
  epochBegan(): void
}

const LAG_MS = [0.125, 8] as const
/** A new replica first copies everything. */
const SYNC_MS = [50, 400] as const

export function redisNode(data: Dataset, runId: string, deps: RedisNodeDeps): RedisNode {
  const { world, chance } = deps
  const lag = chance.fork(runId)
  let replica: Dataset | undefined = data.copy()
  let linked = true
  let written = 0
  let confirmed = 0
  let lastAtMs = 0
  const onWay: Write[] = []
  let waiting: { count: number; listener: () => void }[] = []

  function arrive(): void {
    if (!linked || !replica) return
    const write = onWay.shift()
    if (!write) return
    replica.apply(write)
    world.after(lag.ms(LAG_MS[0], LAG_MS[1]), confirm(written - onWay.length))
  }

  const confirm = (count: number) => () => {
    confirmed = Math.max(confirmed, count)
    const ready = waiting.filter((one) => one.count <= confirmed)
    waiting = waiting.filter((one) => one.count > confirmed)
    for (const { listener } of ready) listener()
  }

  function schedule(): void {
    lastAtMs = Math.max(lastAtMs, world.nowMs + lag.ms(LAG_MS[0], LAG_MS[1]))
    world.after(lastAtMs - world.nowMs, arrive)
  }

  return {
    data,
    runId,
    get written() {
      return written
    },
    get confirmed() {
      return confirmed
    },
    write: (write) => {
      data.apply(write)
      written += 1
      onWay.push(write)
      if (write.kind === 'head') deps.epochBegan()
      schedule()
    },
    whenConfirmed: (count, listener) => {
      if (confirmed >= count) listener()
      else waiting.push({ count, listener })
    },
    unlink: () => {
      linked = false
    },
    link: () => {
      if (linked) return
      linked = true
      for (const _ of onWay) schedule()
    },
    promote: (nextRunId) => {
      const node = redisNode(replica ?? dataset(), nextRunId, deps)
      replica = undefined
      node.unlink()
      world.after(lag.ms(SYNC_MS[0], SYNC_MS[1]), node.link)
      return { node, lost: onWay.splice(0) }
    },
    lateWrites: () => onWay.splice(0),
  }
}
