import type { LogEntry } from '@latchkey/protocol'
import { type BroadTarget, endScope } from '../end-scope.ts'
import type { EndOutcome, LogHead, RevocationLog } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { type PackedSession, unpackSession } from './packed-session.ts'
import type { SeenHeads } from './seen-heads.ts'
import { knownPartition } from './sessions.ts'

type EndFacts = Parameters<RevocationLog['end']>[1]

export interface RedisEndDeps {
  readonly context: RedisContext
  readonly seen: SeenHeads
  /** Takes an ended session out of its user's list. */
  readonly forget: (sub: string, sid: string) => void
}

export function redisEnd(deps: RedisEndDeps): RevocationLog['end'] {
  return (target, facts) =>
    target.kind === 'session'
      ? endSession(target.sid, facts, deps)
      : endBroadly(target, facts, deps)
}

async function endSession(
  sid: string,
  { now, entryExpiresAt }: EndFacts,
  { context, seen, forget }: RedisEndDeps,
): Promise<EndOutcome> {
  const { run, keys, nextEpoch, partitions } = context
  const partition = knownPartition(sid, partitions)
  if (partition === undefined) return { entries: [], epoch: 0 }
  const { session: sessionKey, cuts, head, log, outbox } = keys(partition)
  const reply = await run(
    'end-session',
    [sessionKey(sid), cuts, head, log, ...outbox],
    nextEpoch(partition),
    partition,
    sid,
    entryExpiresAt,
    now,
    STORE_LIMITS.settledSeconds,
  )
  if (reply[0] === 'dead') return { entries: [], epoch: Number(reply[1]) }
  const newHead = seen.note(partition, reply)
  const session = unpackSession(sid, partition, reply[4] as PackedSession)
  forget(session.sub, sid)
  const entry = newestEntry(newHead, { k: 'session', v: sid, x: entryExpiresAt })
  return { entries: [entry], epoch: newHead.position.epoch, session }
}

async function endBroadly(
  target: BroadTarget,
  { now, entryExpiresAt }: EndFacts,
  { context, seen }: RedisEndDeps,
): Promise<EndOutcome> {
  const { run, keys, nextEpoch } = context
  const { value, partitions, cut = '' } = endScope(target, context.partitions)
  const heads = await Promise.all(
    partitions.map(async (partition) => {
      const { cuts, head, log } = keys(partition)
      const reply = await run(
        'end-older',
        [cuts, head, log],
        nextEpoch(partition),
        partition,
        target.kind,
        value,
        entryExpiresAt,
        cut,
        now + context.sessionAbsoluteSeconds,
      )
      return seen.note(partition, reply)
    }),
  )
  const entries = heads.map((head) =>
    newestEntry(head, { k: target.kind, v: value, x: entryExpiresAt }),
  )
  return { entries, epoch: heads[0]?.position.epoch ?? 0 }
}

function newestEntry(
  { position, digest }: LogHead,
  facts: Pick<LogEntry, 'k' | 'v' | 'x'>,
): LogEntry {
  return { p: position.partition, o: position.offset, ...facts, d: digest }
}
