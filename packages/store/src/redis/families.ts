import { entryFacts } from '../entry-facts.ts'
import { parseFamilyId, requireFamilyId } from '../family-id.ts'
import type { FamilyRecord, FamilyStore, LoggedEntry, RedeemOutcome, Redemption } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { type PackedFamily, packFamilyFacts, unpackFamily } from './packed-family.ts'
import { type PackedSession, packNames, unpackSession } from './packed-session.ts'
import type { Reply } from './script.ts'
import { knownPartition } from './sessions.ts'

export function redisFamilies(
  context: RedisContext,
  forget: (sub: string, sid: string) => void,
): FamilyStore {
  const { run, keys, nextEpoch } = context
  const known = (familyId: string) => knownFamily(familyId, context.partitions)

  return {
    async create(family, rev, now) {
      const { partition, name, sid } = requireFamilyId(family)
      if (partition >= context.partitions) return false
      const { session, cuts } = keys(partition)
      const [word] = await run(
        'create-family',
        [session(sid), cuts],
        rev.epoch,
        rev.offset,
        now,
        name,
        family.generation,
        family.rotatedAt,
        family.idleExpiresAt,
        family.absoluteExpiresAt,
        family.authTime,
        ...packFamilyFacts(family),
        family.clientId,
        packNames(Object.keys(family.claims?.userinfo ?? {})),
        STORE_LIMITS.sessionLingerSeconds,
        STORE_LIMITS.familiesPerSession,
        STORE_LIMITS.familiesPerClient,
      )
      return word === 'ok'
    },

    async redeem(redemption) {
      const outcome = await redeem(redemption, context)
      if (outcome.kind === 'reused') forget(outcome.family.sub, outcome.family.sid)
      return outcome
    },

    async restore(familyId, { generation, rotatedBefore }, now) {
      const id = known(familyId)
      if (!id) return
      const { session, cuts } = keys(id.partition)
      await run(
        'restore-family',
        [session(id.sid), cuts],
        now,
        STORE_LIMITS.sessionLingerSeconds,
        id.name,
        generation,
        rotatedBefore,
      )
    },

    list: (sid, now) => list(sid, now, context),

    async peek(familyId, now) {
      const id = known(familyId)
      if (!id) return undefined
      const { partition, sid, name } = id
      const { session, cuts, head, log } = keys(partition)
      const [word, packed, sub, epoch, offset] = await run(
        'peek-family',
        [session(sid), cuts, head, log],
        nextEpoch(partition),
        now,
        name,
      )
      if (word === 'dead') return undefined
      const family = unpackFamily({ familyId, sid, sub: String(sub) }, packed as PackedFamily)
      return { family, rev: { partition, epoch: Number(epoch), offset: Number(offset) } }
    },
  }
}

/** Undefined for what is no family id, or one of a partition that this store does not have. */
function knownFamily(familyId: string, partitions: number) {
  const id = parseFamilyId(familyId)
  return id && id.partition < partitions ? id : undefined
}

async function list(sid: string, now: number, context: RedisContext): Promise<FamilyRecord[]> {
  const partition = knownPartition(sid, context.partitions)
  if (partition === undefined) return []
  const { session, cuts } = context.keys(partition)
  const [word, sub, families] = await context.run('list-families', [session(sid), cuts], now)
  if (word === 'dead') return []
  return (families as [name: string, packed: PackedFamily][])
    .map(([name, packed]) =>
      unpackFamily({ familyId: `${sid}~${name}`, sid, sub: String(sub) }, packed),
    )
    .sort((one, other) => other.rotatedAt - one.rotatedAt)
}

async function redeem(redemption: Redemption, context: RedisContext): Promise<RedeemOutcome> {
  const id = knownFamily(redemption.familyId, context.partitions)
  if (!id) return { kind: 'dead' }
  const { partition, sid, name } = id
  const { session, cuts, head, log, outbox } = context.keys(partition)
  const reply = await context.run(
    'redeem-family',
    [session(sid), cuts, head, log, ...outbox],
    context.nextEpoch(partition),
    redemption.now,
    name,
    redemption.generation,
    redemption.clientId,
    redemption.graceSeconds,
    redemption.idleExpiresAt,
    STORE_LIMITS.sessionLingerSeconds,
    partition,
    sid,
    redemption.entryExpiresAt,
    redemption.dpopJkt ?? '',
    STORE_LIMITS.settledSeconds,
  )
  return redeemOutcome(reply, redemption, { sid, partition })
}

function redeemOutcome(
  [word, packed, sub, epoch, offset, ...facts]: Reply,
  { familyId, entryExpiresAt }: Redemption,
  { sid, partition }: { sid: string; partition: number },
): RedeemOutcome {
  if (word === 'dead' || word === 'foreign' || word === 'key_differs') return { kind: word }
  const family = unpackFamily({ familyId, sid, sub: String(sub) }, packed as PackedFamily)
  if (word === 'reused') {
    const [digest, session] = facts
    const said = entryFacts(
      { kind: 'session', sid },
      { value: sid, sub: family.sub },
      { reason: 'refresh_reused', entryExpiresAt },
    )
    const entry: LoggedEntry = { p: partition, o: Number(offset), ...said, d: String(digest) }
    const ended = unpackSession(sid, partition, session as PackedSession)
    return { kind: 'reused', family, entry, epoch: Number(epoch), session: ended }
  }
  const rev = { partition, epoch: Number(epoch), offset: Number(offset) }
  if (word === 'replayed') return { kind: 'replayed', family, rev }
  return { kind: 'rotated', family, rev, rotatedBefore: Number(facts[0]) }
}
