/** Redis as its clients reach it: which node answers whom, and what is wrong with it. Knows in truth what was lost. */
import type { LoggedEntry } from '@latchkey/store'
import { type Dataset, dataset, type Write } from './dataset.ts'
import { hints } from './hints.ts'
import { type RedisNode, type RedisNodeDeps, redisNode } from './redis-node.ts'
import { runKey } from './scripts.ts'

export interface RedisService {
  /** The node that a client talks to; undefined while none answers. */
  nodeOf(client: string): RedisNode | undefined
  /** The node that everybody will talk to in the end. */
  readonly primary: RedisNode
  /** Runs when the server comes to it: now, or when it hangs no more. */
  whenAwake(run: () => void): void
  /** Tells about appended entries and about connections that were made anew. */
  subscribe(client: string, tell: (partition: number | 'all') => void): void
  published(node: RedisNode, partition: number): void
  /** Order in which commands were carried out, for those who must know what came first. */
  nextOrder(): number
  /** Digest of each entry that was ever appended, to the digest of the one before it. */
  readonly behind: Map<string, string>
  /** The entry with this digest is in no log that will last: a failover has lost it, or an old primary has taken it. */
  isLost(digest: string): boolean
  hang(): void
  wake(): void
  stop(): void
  start(): void
  /** The primary is gone, what its replica has is everything. Clients of `cutOff` go on with the old one for a while. */
  failover(cutOff: readonly string[]): void
  /** Nobody goes on with an old primary. */
  rejoin(): void
  flush(): void
}

export interface RedisServiceDeps extends RedisNodeDeps {
  readonly firstEpoch: number
  readonly partitions: number
  onLost(entries: readonly LoggedEntry[]): void
}

export function redisService(deps: RedisServiceDeps): RedisService {
  const { world, chance, partitions, firstEpoch } = deps
  let primary = redisNode(emptyLogs(partitions, firstEpoch), FIRST_RUN, deps)
  let old: { node: RedisNode; clients: readonly string[] } | undefined
  let runs = 1
  let order = 0
  let state: 'up' | 'hung' | 'down' = 'up'
  let waiting: (() => void)[] = []
  const lost = new Set<string>()

  const answering = (client: string) => (old?.clients.includes(client) ? old.node : primary)
  const nodeOf = (client: string) => (state === 'down' ? undefined : answering(client))
  const { subscribe, published, tellAll } = hints({ world, chance, nodeOf })

  function lose(writes: readonly Write[]): void {
    const entries = appendsOf(writes)
    for (const { d } of entries) lost.add(d)
    if (entries.length > 0) deps.onLost(entries)
  }

  function failover(cutOff: readonly string[]): void {
    rejoin()
    const before = primary
    runs += 1
    const promoted = before.promote(`run-${runs}`)
    primary = promoted.node
    lose(promoted.lost)
    old = { node: before, clients: cutOff }
  }

  function rejoin(): void {
    if (!old) return
    lose(old.node.lateWrites())
    old = undefined
    tellAll()
  }

  const stop = () => {
    wake()
    state = 'down'
  }
  const start = () => {
    if (state !== 'down') return
    state = 'up'
    tellAll()
  }

  function wake(): void {
    if (state === 'hung') state = 'up'
    const ready = waiting
    waiting = []
    for (const run of ready) world.after(0, run)
  }

  const isLost = (digest: string) =>
    lost.has(digest) || (!!old && isOnlyIn(old.node, primary, partitions, digest))

  return {
    nodeOf,
    get primary() {
      return primary
    },
    behind: new Map(),
    isLost,
    whenAwake: (run) => void (state === 'hung' ? waiting.push(run) : run()),
    subscribe,
    published,
    nextOrder: () => ++order,
    hang: () => {
      if (state === 'up') state = 'hung'
    },
    wake,
    stop,
    start,
    failover,
    rejoin,
    flush: () => {
      lose(allAppends(primary, partitions))
      primary.write({ kind: 'flush' })
    },
  }
}

function appendsOf(writes: readonly Write[]): LoggedEntry[] {
  return writes.flatMap((write) => (write.kind === 'append' ? [write.entry] : []))
}

function allAppends({ data }: RedisNode, partitions: number): Write[] {
  const logs = [...Array(partitions).keys()].flatMap((p) => data.log(p))
  return logs.map((entry) => ({ kind: 'append', entry }))
}

function isOnlyIn(one: RedisNode, other: RedisNode, partitions: number, digest: string): boolean {
  const holds = ({ data }: RedisNode) =>
    [...Array(partitions).keys()].some((p) => data.log(p).some(({ d }) => d === digest))
  return holds(one) && !holds(other)
}

const FIRST_RUN = 'run-1'

/** Logs that are there already, so that the first epoch of a run is no new one. */
function emptyLogs(partitions: number, epoch: number): Dataset {
  const data = dataset()
  for (let partition = 0; partition < partitions; partition++) {
    data.apply({ kind: 'head', partition, head: { epoch, offset: 0, digest: '' } })
    data.apply({ kind: 'keep', key: runKey(partition), value: FIRST_RUN })
  }
  return data
}
