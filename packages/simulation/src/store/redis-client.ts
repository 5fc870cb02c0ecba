/** The store as one issuer process has it: the revocation log, made of scripts. */
import type { EndTarget } from '@latchkey/protocol'
import type { EndOutcome, LoggedEntry, LogHead, RevocationLog } from '@latchkey/store'
import { BEGINNING_MS } from '../time/host.ts'
import type { Head } from './dataset.ts'
import { type RedisConnectionDeps, type RunScript, redisConnection } from './redis-connection.ts'
import { appendEntry, beatLog, endSessions, openLog, scopeOf, sessionKey } from './scripts.ts'

/** A head, and when the server has read it. */
export interface OrderedHead extends LogHead {
  readonly order: number
}

export interface RedisClient {
  /** Nothing here changes a directory, so no end is told once. */
  readonly log: Omit<RevocationLog, 'head' | 'hasEnded'> & {
    head(partition: number): Promise<OrderedHead>
  }
  readonly run: RunScript
}

export interface RedisClientDeps extends RedisConnectionDeps {
  readonly partitions: number
  /** An end was carried out, whatever its caller will hear. */
  appended(entry: LoggedEntry, order: number): void
}

export function redisClient(deps: RedisClientDeps): RedisClient {
  const { host, redis, partitions } = deps
  const run = redisConnection(deps)
  const { seen, note } = seenHeads()

  const nextEpoch = (partition: number) =>
    Math.max(Math.floor(host.clock.nowMs() / 1000), (seen.get(partition)?.epoch ?? 0) + 1)

  async function endAt(
    partition: number,
    target: EndTarget,
    v: string,
    { entryExpiresAt, reason, always = false }: Parameters<RevocationLog['end']>[1],
  ): Promise<{ head: Head; entry?: LoggedEntry }> {
    const next = nextEpoch(partition)
    const done = await run((node) => {
      const head = openLog(node, partition, next)
      const isDead = target.kind === 'session' && node.data.value(sessionKey(v)) === undefined
      if (isDead && !always) {
        node.write({ kind: 'beat' })
        return { head }
      }
      const facts = { k: target.kind, v, x: entryExpiresAt, r: reason }
      const entry = appendEntry(node, partition, next, facts)
      redis.behind.set(entry.d, head.digest)
      endSessions(node, entry)
      deps.appended(entry, redis.nextOrder())
      redis.published(node, partition)
      return { head: { ...head, offset: entry.o, digest: entry.d }, entry }
    }, true)
    if (done.entry) note(partition, done.head)
    return done
  }

  const log: RedisClient['log'] = {
    head: async (partition) => {
      const next = nextEpoch(partition)
      const [head, order] = await run(
        (node) => [openLog(node, partition, next), redis.nextOrder()] as const,
      )
      return { ...note(partition, head), order }
    },
    end: async (target, facts): Promise<EndOutcome> => {
      const { v, at } = scopeOf(target, partitions)
      const done = await Promise.all(at.map((partition) => endAt(partition, target, v, facts)))
      const entries = done.flatMap(({ entry }) => entry ?? [])
      return { entries, epoch: done[0]?.head.epoch ?? 0 }
    },
    read: async (partition, afterOffset, limit) => {
      const next = nextEpoch(partition)
      return await run((node) => {
        const { epoch, offset } = openLog(node, partition, next)
        const rest = node.data.log(partition).filter(({ o }) => o > afterOffset)
        const complete = rest[0] ? rest[0].o === afterOffset + 1 : afterOffset === offset
        return { epoch, entries: rest.slice(0, limit), complete }
      })
    },
    heartbeat: async (partition) => {
      const next = nextEpoch(partition)
      const known = seen.get(partition)
      return note(partition, await run((node) => beatLog(node, partition, next, known), true))
    },
    follows: ({ d }, digest) => redis.behind.get(d) === digest,
    watch: (listener) => watchLog(deps, listener),
    trim: async (partition, now) => {
      await run((node) => node.write({ kind: 'trim', partition, now }))
      return 0
    },
  }
  return { log, run }
}

/** Hints pass only where both directions are open, and nobody sends them again. */
function watchLog(
  { host, redis, there, back, partitions }: RedisClientDeps,
  listener: (partition: number) => void,
): () => void {
  let isOver = false
  redis.subscribe(host.name, (partition) => {
    if (isOver || there.isBlocked || back.isBlocked) return
    const changed = partition === 'all' ? [...Array(partitions).keys()] : [partition]
    host.deliver(() => changed.forEach((one) => void listener(one)))
  })
  return () => {
    isOver = true
  }
}

/** As packages/store/src/redis/seen-heads.ts. */
function seenHeads() {
  const seen = new Map<number, Head>()
  const note = (partition: number, head: Head): LogHead => {
    const before = seen.get(partition)
    const isNewer =
      !before ||
      head.epoch > before.epoch ||
      (head.epoch === before.epoch && head.offset > before.offset)
    if (isNewer) seen.set(partition, head)
    const { epoch, offset, digest } = head
    return { position: { partition, epoch, offset }, digest }
  }
  return { seen, note }
}

/** The first epoch of a run: that of a log that began long ago. */
export const FIRST_EPOCH = BEGINNING_MS / 1000 - 100_000
