/** Leases on one connection: asked for, answered, believed or not. docs/architecture.md. */
import {
  type Clock,
  type FeedPosition,
  type LeaseMessage,
  LIMITS,
  type VerifierMessage,
} from '@latchkey/protocol'
import type { LeaseKeeper } from './lease.ts'
import type { RevocationReplica } from './replica.ts'
import { resyncing } from './resync.ts'

export interface LeaseRounds {
  /** T as the issuer grants it; the default until it has. */
  readonly ttlMs: number
  /** Monotonic time of the last lease that was good, or of the first request. */
  readonly leasedAtMs: number
  /** The verifier has joined: asks for the first time. */
  begin(): void
  ask(): void
  answered(message: LeaseMessage): void
  /** Something does not fit: asks for this verifier's place again, and accepts no lease before that is answered. */
  resync(reason: string): void
  /**
   * A partition was replaced: by a log that may have lost ends, and is put right before the issuer grants a lease on it. Until
   * then the lease that was granted on the old one says nothing.
   */
  distrust(): void
}

export interface LeaseRoundsDeps {
  readonly replica: Pick<RevocationReplica, 'compare' | 'positions'>
  readonly lease: LeaseKeeper
  readonly clock: Pick<Clock, 'monotonicMs'>
  send(message: VerifierMessage): void
  /** Resyncs do not help: this connection is given up. */
  giveUp(reason: string): void
  leased(): void
  warn(facts: Record<string, unknown>, message: string): void
}

export function leaseRounds(deps: LeaseRoundsDeps): LeaseRounds {
  const { replica, lease, clock } = deps
  let ttlMs: number = LIMITS.leaseMs
  let leasedAtMs = -Infinity
  let announced = false
  /** Of the lease before. */
  let positions: readonly FeedPosition[] | undefined

  function ask(): number {
    const id = lease.request()
    deps.send({ t: 'lease?', id })
    return id
  }

  const place = resyncing({
    ...deps,
    positions: () => replica.positions(),
    askLease: ask,
  })

  /** A verifier that resumed with nothing new has acknowledged nothing yet on this connection. */
  function announce(): void {
    if (announced) return
    announced = true
    for (const { p, epoch, offset } of replica.positions()) {
      deps.send({ t: 'ack', p, epoch, offset })
    }
  }

  return {
    get ttlMs() {
      return ttlMs
    },
    get leasedAtMs() {
      return leasedAtMs
    },
    begin: () => {
      leasedAtMs = clock.monotonicMs()
      ask()
    },
    ask,
    answered: (message) => {
      const request = lease.requestOf(message.id)
      positions = message.positions ?? positions
      if (!request || place.precedes(message.id)) return
      if (!positions) return deps.giveUp('the first lease has no positions')
      const outcome = replica.compare(positions)
      if (outcome.kind === 'resync') return place.ask(outcome.reason)
      if (outcome.kind === 'outdated') {
        return deps.warn({ positions }, 'lease of an issuer that is behind')
      }
      place.settled()
      ttlMs = message.ttlMs
      lease.extend(request, message.ageMs, message.ttlMs)
      if (lease.remainingMs() <= 0) return
      leasedAtMs = clock.monotonicMs()
      announce()
      deps.leased()
    },
    resync: place.ask,
    distrust: () => {
      const wasGood = lease.remainingMs() > 0
      // One that is over counts for routes that go on without.
      lease.drop()
      if (wasGood) ask()
    },
  }
}
