/** When a key may sign, and when it may go: docs/architecture.md. */
import { LIMITS } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'

/** A verifier, wherever it is connected. */
export type KeyHolder = Pick<
  VerifierPresence,
  'instance' | 'audience' | 'clientId' | 'kids' | 'goneAt'
>

/** A process that has said nothing for so many leases is taken for dead, and its verifiers for lost. */
const ALIVE_LEASES = 2

/**
 * A key waits for so many leases even where every known verifier holds it: somebody may be joining right now with the keys
 * of before. Whoever read them before this key was there has no lease any more after two (`leaseWithKeys`).
 */
const PENDING_LEASES = 3

/** What a new key waits for: verifiers that do not hold it and may have a lease. */
export function unconfirmed<Holder extends KeyHolder>(
  kid: string,
  verifiers: readonly Holder[],
  time: { readonly now: number; readonly leaseMs: number },
): Holder[] {
  return verifiers.filter(({ kids, goneAt }) => {
    if (kids.includes(kid)) return false
    // One lost a moment ago may have got its lease a moment before, and seconds are whole.
    return goneAt === undefined || time.now <= goneAt + aliveSeconds(time.leaseMs)
  })
}

/** Milliseconds of a keeper's own clock that it must have known a key before the key may sign. */
export function pendingMs(leaseMs: number): number {
  return PENDING_LEASES * leaseMs
}

/** For `PresenceStore.list`: whose lease may still be alive is among them. */
export function presenceWindow(leaseMs: number): { keepSeconds: number; aliveSeconds: number } {
  const alive = aliveSeconds(leaseMs)
  return { keepSeconds: 2 * alive + 1, aliveSeconds: alive }
}

function aliveSeconds(leaseMs: number): number {
  return Math.ceil((ALIVE_LEASES * leaseMs) / 1000)
}

/**
 * From this second on nothing that a key signed until `since` is alive: the longest lifetime, the clocks of issuer and
 * service, and a process that went on signing until it looked at the keys again.
 */
export function retireAt(since: number, leaseMs: number): number {
  return (
    since +
    LIMITS.accessTokenMaxSeconds +
    2 * LIMITS.clockSkewSeconds +
    Math.ceil(pendingMs(leaseMs) / 1000)
  )
}

/** From this second on no cache of `/jwks` lacks a key that was published at `since`. */
export function knownAt(since: number, cacheSeconds: number): number {
  return since + cacheSeconds + LIMITS.clockSkewSeconds
}
