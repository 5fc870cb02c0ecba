/** This process's copy of the living revocation log, complete and in the order of the store: what the feed sends from. */
import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import type { EndOutcome, RevocationLog } from '@latchkey/store'
import { type PartitionTail, partitionTail } from './partition-tail.ts'

export interface LogTailListener {
  /** The next entries, consecutive. */
  appended(epoch: number, entries: readonly LogEntry[]): void
  /** The log was replaced or no longer reaches back: start over from `living`. */
  reset(partition: number): void
}

export interface LogTail {
  /** Resolves when every partition has been read once. */
  start(): Promise<void>
  position(partition: number): FeedPosition
  /** Entries that can still match a living token, oldest first. */
  living(partition: number): readonly LogEntry[]
  /** Entries after a position, or undefined when it is not ours or too far back. */
  after(position: FeedPosition): readonly LogEntry[] | undefined
  /**
   * Reads on until at least this offset of this epoch is here. False when it is not there to be read. With a digest the newest entry here
   * is not taken for another one that stands at this offset.
   */
  reach(partition: number, epoch: number, offset: number, digest?: string): Promise<boolean>
  /** Reads on now; resolves when everything appended before the call is here, or the store is away. */
  poke(): Promise<void>
  /**
   * What this process has appended itself, and the store has confirmed. An entry that follows on the newest one here is passed on at
   * once; then it reads on as `poke` does, so that nothing that stands in between or behind it is missed.
   */
  appended(outcome: Pick<EndOutcome, 'entries' | 'epoch'>): Promise<void>
  listen(listener: LogTailListener): () => void
  /** Forgets entries whose `x` has passed. */
  drop(nowSeconds: number): void
  stop(): void
}

export interface LogTailDeps {
  readonly log: Pick<RevocationLog, 'head' | 'read' | 'watch' | 'follows'>
  readonly partitions: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function logTail(deps: LogTailDeps): LogTail {
  const listeners = new Set<LogTailListener>()
  const tails = Array.from({ length: deps.partitions }, (_, partition) =>
    partitionTail({
      log: deps.log,
      partition,
      appended: (epoch, entries) => {
        for (const listener of listeners) listener.appended(epoch, entries)
      },
      replaced: (before, epoch) => {
        if (before >= 0) deps.warn({ partition, before, epoch }, 'the log is another one now')
        for (const listener of listeners) listener.reset(partition)
      },
    }),
  )
  const tailOf = (partition: number): PartitionTail => {
    const tail = tails[partition]
    if (!tail) throw new RangeError(`partition ${partition} of ${tails.length}`)
    return tail
  }
  // The store being away is told by the lease heartbeat; the next hint or heartbeat reads on.
  const readQuietly = (tail: PartitionTail) => tail.readOn().catch(() => {})
  let unwatch = () => {}

  async function poke(): Promise<void> {
    await Promise.all(tails.map(readQuietly))
  }

  return {
    start: async () => {
      unwatch = deps.log.watch((partition) => void readQuietly(tailOf(partition)))
      await Promise.all(tails.map((tail) => tail.readOn()))
    },
    position: (partition) => tailOf(partition).position(),
    living: (partition) => tailOf(partition).living(),
    after: (position) => tailOf(position.p).after(position),
    reach: async (partition, epoch, offset, digest) => {
      const tail = tailOf(partition)
      const here = () => {
        const position = tail.position()
        if (position.epoch !== epoch || position.offset < offset) return false
        return digest === undefined || position.offset > offset || position.digest === digest
      }
      if (!here()) await tail.readOn()
      return here()
    },
    poke,
    appended: async ({ entries: [entry], epoch }) => {
      // The epoch is that of the first one: each partition has its own.
      if (entry) tailOf(entry.p).take(epoch, entry)
      await poke()
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    drop: (nowSeconds) => {
      for (const tail of tails) tail.drop(nowSeconds)
    },
    stop: () => unwatch(),
  }
}
