import { type BroadTarget, endScope } from '../end-scope.ts'
import { type EntryFacts, entryFacts } from '../entry-facts.ts'
import type { EndOutcome, LoggedEntry, LogHead, RevocationLog } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import { type PackedSession, unpackSession } from './packed-session.ts'
import type { SeenHeads } from './seen-heads.ts'
import { knownPartition } from './sessions.ts'

type EndFacts = Parameters<RevocationLog['end']>[1]

/** Purpose of the values that say where the entry of an end stands that is told once. */
const ONCE = 'end-once'

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

/** The partitions get their entries at once, so the first speaks for all of them. */
export function redisHasEnded({
  redis,
  keys,
  partitions,
}: RedisContext): RevocationLog['hasEnded'] {
  return async (target, once) => {
    const [partition = 0] = endScope(target, partitions).partitions
    const place = await guarded(redis.get(keys(partition).value(ONCE, textDigest(once))))
    return place !== null
  }
}

async function endSession(
  sid: string,
  facts: EndFacts,
  { context, seen, forget }: RedisEndDeps,
): Promise<EndOutcome> {
  const { runConfirmed, keys, nextEpoch, partitions } = context
  const partition = knownPartition(sid, partitions)
  if (partition === undefined) return { entries: [], epoch: 0 }
  const { session: sessionKey, cuts, head, log, outbox } = keys(partition)
  const reply = await runConfirmed(
    'end-session',
    [sessionKey(sid), cuts, head, log, ...outbox],
    nextEpoch(partition),
    partition,
    sid,
    facts.entryExpiresAt,
    facts.now,
    STORE_LIMITS.settledSeconds,
    facts.reason,
    facts.always ? 'always' : '',
  )
  const [word, epoch, , , known] = reply
  if (word === 'dead') return { entries: [], epoch: Number(epoch) }
  const newHead = seen.note(partition, reply)
  const session =
    word === 'ended' ? unpackSession(sid, partition, known as PackedSession) : undefined
  if (session) forget(session.sub, sid)
  const sub = session?.sub ?? String(known)
  const said = entryFacts({ kind: 'session', sid }, { value: sid, sub }, facts)
  return {
    entries: [newestEntry(newHead, said)],
    epoch: newHead.position.epoch,
    ...(session && { session }),
  }
}

async function endBroadly(
  target: BroadTarget,
  facts: EndFacts,
  { context, seen }: RedisEndDeps,
): Promise<EndOutcome> {
  const { runConfirmed, keys, nextEpoch } = context
  const { value, partitions, cut = '' } = endScope(target, context.partitions)
  const said = entryFacts(target, { value }, facts)
  const heads = await Promise.all(
    partitions.map(async (partition) => {
      const { cuts, head, log, value: valueKey } = keys(partition)
      const reply = await runConfirmed(
        'end-older',
        [cuts, head, log, valueKey(ONCE, textDigest(facts.once ?? ''))],
        nextEpoch(partition),
        partition,
        said.k,
        said.v,
        said.x,
        said.r ?? '',
        said.s ?? '',
        said.a ?? '',
        cut,
        facts.now + context.sessionAbsoluteSeconds,
        facts.once ?? '',
        STORE_LIMITS.toldOnceSeconds,
        facts.now,
      )
      return seen.note(partition, reply)
    }),
  )
  return {
    entries: heads.map((head) => newestEntry(head, said)),
    epoch: heads[0]?.position.epoch ?? 0,
  }
}

function newestEntry({ position, digest }: LogHead, said: EntryFacts): LoggedEntry {
  return { p: position.partition, o: position.offset, ...said, d: digest }
}
