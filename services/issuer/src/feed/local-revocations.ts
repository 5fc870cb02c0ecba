/** What has ended, for this process's own checks: the same replica and the same lease rule as in a service. */
import { type RevocationReplica, revocationReplica, type Verdict } from '@latchkey/feed'
import { type AccessTokenClaims, type Clock, StoreUnavailable } from '@latchkey/protocol'
import type { LeaseClock } from './lease-clock.ts'
import type { LogTail } from './log-tail.ts'

export interface LocalRevocations {
  /** Why the token is dead, or undefined. @throws StoreUnavailable when this cannot be known for certain */
  check(claims: AccessTokenClaims, kid: string): Promise<string | undefined>
  /** @throws StoreUnavailable when the store has not confirmed itself within a lease */
  requireFresh(): Promise<void>
  /** Forgets a bounded number of entries whose second has passed. */
  sweep(nowSeconds: number): void
}

export interface LocalRevocationsDeps {
  readonly tail: Pick<LogTail, 'listen' | 'position' | 'living' | 'poke'>
  readonly lease: Pick<LeaseClock, 'confirmed' | 'beat'>
  readonly clock: Clock
  readonly leaseMs: number
}

const SWEEP_STEPS = 100_000

export function localRevocations(deps: LocalRevocationsDeps): LocalRevocations {
  const replica = followingReplica(deps.tail)

  function isFresh(): boolean {
    const confirmed = deps.lease.confirmed()
    return !!confirmed && deps.clock.monotonicMs() - confirmed.begunAtMs < deps.leaseMs
  }

  async function requireFresh(): Promise<void> {
    if (!isFresh()) await deps.lease.beat()
    if (!isFresh()) throw new StoreUnavailable('revocation log')
  }

  return {
    requireFresh,
    check: async (claims, kid) => {
      await requireFresh()
      let verdict = replica.judge(claims, kid)
      if (verdict === 'ahead') {
        // Another process has signed it after an entry that is not here yet.
        await deps.tail.poke()
        verdict = replica.judge(claims, kid)
      }
      // Nothing is known about what lies ahead of the log as it can be read now.
      if (verdict === 'ahead') throw new StoreUnavailable('revocation log')
      return reasonOf(verdict)
    },
    sweep: (nowSeconds) => replica.sweep(nowSeconds, SWEEP_STEPS),
  }
}

/** A replica that applies whatever the tail reads. */
function followingReplica(
  tail: Pick<LogTail, 'listen' | 'position' | 'living'>,
): RevocationReplica {
  const replica = revocationReplica()
  const startOver = (partition: number) => {
    const position = tail.position(partition)
    replica.applySnapshot({ position, entries: tail.living(partition), first: true, more: false })
  }
  tail.listen({
    appended: (epoch, entries) => {
      const outcome = replica.applyEntries({ epoch, entries })
      if (outcome.kind === 'resync') startOver(outcome.p)
    },
    reset: startOver,
  })
  return replica
}

function reasonOf(verdict: Exclude<Verdict, 'ahead'>): string | undefined {
  switch (verdict) {
    case 'live':
      return undefined
    case 'stale':
      return verdict
    default:
      return `${verdict}_ended`
  }
}
