/** Whether the verifiers of a service hold a lease, and how far they have come: docs/architecture.md. */
import { revocationReplica } from '@latchkey/feed'
import type { RevClaim } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import { type Check, failed, passed, unknown } from './explanation.ts'

export interface LeaseFacts {
  /** Of this service, also those that left lately. */
  readonly verifiers: readonly VerifierPresence[]
  /** The store has confirmed a write within the last lease: without that nobody gets one. */
  readonly isConfirmed: boolean
  readonly isDisabled: boolean
  readonly leaseMs: number
  readonly now: number
}

export function leaseCheck(facts: LeaseFacts): Check {
  const { verifiers, isConfirmed, isDisabled, leaseMs, now } = facts
  const connected = verifiers.filter(isConnected)
  const detail = { verifiers: verifiers.map(describe) }
  if (isDisabled) return failed('lease', 'service_disabled', detail)
  if (!isConfirmed) return failed('lease', 'store_unconfirmed', detail)
  if (connected.length > 0) return passed('lease', detail)
  if (verifiers.length === 0) return unknown('lease', 'no_verifier')
  const isOver = verifiers.every(({ goneAt = now }) => goneAt + Math.ceil(leaseMs / 1000) < now)
  return isOver
    ? failed('lease', 'verifiers_away', detail)
    : unknown('lease', 'lease_ending', detail)
}

/** Whether the verifiers have come as far as the token: one that has not waits for the feed, then answers 503. */
export function currentCheck(verifiers: readonly VerifierPresence[], rev: RevClaim): Check {
  const behind = verifiers.filter(isConnected).filter((one) => !hasReached(one, rev))
  const [partition, epoch, offset] = rev
  const place = { rev: { partition, epoch, offset } }
  if (behind.length === 0) return passed('current', place)
  const detail = { ...place, behind: behind.map(({ instance }) => instance) }
  const isAll = behind.length === verifiers.filter(isConnected).length
  return isAll ? failed('current', 'ahead', detail) : unknown('current', 'ahead_of_some', detail)
}

/** Asked of a replica of that place: there is one rule for what is ahead. */
export function hasReached({ applied }: VerifierPresence, rev: RevClaim): boolean {
  const replica = revocationReplica()
  for (const { partition: p, epoch, offset } of applied) {
    const position = { p, epoch, offset, digest: '' }
    replica.applySnapshot({ position, entries: [], first: true, more: false })
  }
  return replica.covers(rev)
}

export function isConnected({ goneAt }: VerifierPresence): boolean {
  return goneAt === undefined
}

function describe(one: VerifierPresence) {
  const { instance, applied, goneAt } = one
  return {
    instance,
    connected: isConnected(one),
    ...(goneAt !== undefined && { gone_at: goneAt }),
    applied,
  }
}
