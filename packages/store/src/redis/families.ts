import type { LogEntry } from '@latchkey/protocol'
import { parseFamilyId, requireFamilyId } from '../family-id.ts'
import type { FamilyStore, RedeemOutcome, Redemption } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { packFamilyFacts, unpackFamily } from './packed-family.ts'
import { unpackSession } from './packed-session.ts'
import type { Reply } from './script.ts'

export function redisFamilies(
  { run, keys, nextEpoch, partitions }: RedisContext,
  forget: (sub: string, sid: string) => void,
): FamilyStore {
  const linger = STORE_LIMITS.sessionLingerSeconds

  function known(familyId: string) {
    const id = parseFamilyId(familyId)
    return id && id.partition < partitions ? id : undefined
  }

  return {
    async create(family, rev, now) {
      const { partition, name, sid } = requireFamilyId(family)
      if (partition >= partitions) return false
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
        packFamilyFacts(family),
        family.clientId,
        linger,
        STORE_LIMITS.familiesPerSession,
      )
      return word === 'ok'
    },

    async redeem(redemption) {
      const id = known(redemption.familyId)
      if (!id) return { kind: 'dead' }
      const { partition, sid, name } = id
      const { session, cuts, head, log } = keys(partition)
      const reply = await run(
        'redeem-family',
        [session(sid), cuts, head, log],
        nextEpoch(partition),
        redemption.now,
        name,
        redemption.generation,
        redemption.clientId,
        redemption.graceSeconds,
        redemption.idleExpiresAt,
        linger,
        partition,
        sid,
        redemption.entryExpiresAt,
      )
      const outcome = redeemOutcome(reply, redemption, { sid, partition })
      if (outcome.kind === 'reused') forget(outcome.family.sub, sid)
      return outcome
    },

    async peek(familyId, now) {
      const id = known(familyId)
      if (!id) return undefined
      const { partition, sid, name } = id
      const { session, cuts, head, log } = keys(partition)
      const [word, text, sub, epoch, offset] = await run(
        'peek-family',
        [session(sid), cuts, head, log],
        nextEpoch(partition),
        now,
        name,
      )
      if (word === 'dead') return undefined
      const family = unpackFamily({ familyId, sid, sub: String(sub) }, String(text))
      return { family, rev: { partition, epoch: Number(epoch), offset: Number(offset) } }
    },
  }
}

function redeemOutcome(
  [word, text, sub, epoch, offset, digest, sessionText]: Reply,
  { familyId, entryExpiresAt }: Redemption,
  { sid, partition }: { sid: string; partition: number },
): RedeemOutcome {
  if (word === 'dead' || word === 'foreign') return { kind: word }
  const family = unpackFamily({ familyId, sid, sub: String(sub) }, String(text))
  if (word === 'reused') {
    const entry: LogEntry = {
      p: partition,
      o: Number(offset),
      k: 'session',
      v: sid,
      x: entryExpiresAt,
      d: String(digest),
    }
    const session = unpackSession(sid, partition, String(sessionText))
    return { kind: 'reused', family, entry, epoch: Number(epoch), session }
  }
  const rev = { partition, epoch: Number(epoch), offset: Number(offset) }
  return { kind: word === 'rotated' ? 'rotated' : 'replayed', family, rev }
}
