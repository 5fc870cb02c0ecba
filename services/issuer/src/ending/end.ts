/** The one way to end anything (docs/architecture.md). Every cause goes through here and leaves an entry and an audit record. */
import {
  type Actor,
  type Clock,
  type EndReason,
  type EndTarget,
  LIMITS,
  nowSeconds,
} from '@latchkey/protocol'
import type { EndOutcome, Store } from '@latchkey/store'
import { type EndRecordDeps, endRecord, record } from './end-record.ts'

export interface EndOptions {
  /** A session gets its entry also when the store does not know it: tokens of it may live after a loss. Default: no. */
  readonly always?: boolean
}

export type End = (
  target: EndTarget,
  reason: EndReason,
  actor: Actor,
  options?: EndOptions,
) => Promise<EndOutcome>

export interface Ender {
  /** Ends something. Of what is dead already nothing is left to end: the outcome has no entries, and nothing is recorded. */
  readonly end: End
  /** What follows when the store has ended a session in a step of its own (a reused refresh token). */
  readonly concludeEnd: (
    target: EndTarget,
    reason: EndReason,
    actor: Actor,
    outcome: EndOutcome,
  ) => Promise<void>
}

export interface EndDeps extends EndRecordDeps {
  readonly store: {
    log: Pick<Store['log'], 'end'>
    sessions: Pick<Store['sessions'], 'listByUser'>
    outbox: Pick<Store['outbox'], 'add'>
  }
  /** Resolves when this process's own feed has passed the entries on; others hear of them from the store. */
  readonly published: (outcome: EndOutcome) => Promise<void>
  /** The epoch that this process has read last in the log of a partition. */
  readonly epochNow: (partition: number) => number
  /** Something has ended: for counting. Must not throw. */
  readonly concluded?: (target: EndTarget, reason: EndReason) => void
  /** There may be apps to tell, in the outbox. Must not throw; is not waited for. */
  readonly tell: () => void
}

const MOST_TOLD_SESSIONS = 200

export function ender(deps: EndDeps): Ender {
  const end: End = async (target, reason, actor, { always = false } = {}) => {
    const facts = entryTimes(target, reason, deps.clock)
    if (target.kind === 'user') await addToOutbox(target.sub, facts, deps)
    const outcome = await deps.store.log
      .end(target, { ...facts, always })
      .catch(async (error: unknown) => {
        // The answer may be all that was lost, and who asks again finds nothing left to end.
        await record(endRecord(target, reason, actor, undefined, deps), deps)
        throw error
      })
    if (outcome.entries.length === 0) return outcome
    await concludeEnd(target, reason, actor, outcome)
    return await afterMending(target, facts, outcome, deps)
  }

  const concludeEnd: Ender['concludeEnd'] = async (target, reason, actor, outcome) => {
    await passOn(target, reason, outcome, deps)
    await record(endRecord(target, reason, actor, outcome, deps), deps)
  }

  return { end, concludeEnd }
}

/** What has ended is passed on to verifiers and apps. */
export async function passOn(
  target: EndTarget,
  reason: EndReason,
  outcome: EndOutcome,
  deps: Pick<EndDeps, 'published' | 'concluded' | 'tell'>,
): Promise<void> {
  await deps.published(outcome)
  deps.concluded?.(target, reason)
  if (outcome.session || target.kind === 'user') deps.tell()
}

export interface EntryTimes {
  readonly reason: EndReason
  readonly now: number
  readonly entryExpiresAt: number
}

export function entryTimes(target: EndTarget, reason: EndReason, clock: Clock): EntryTimes {
  const now = nowSeconds(clock)
  const tokenExpiresAt = target.kind === 'token' ? target.exp : undefined
  return { reason, now, entryExpiresAt: entryExpiresAt(now, tokenExpiresAt) }
}

/** When the log was lost, and put right from the records before this end had its own, it is ended again. */
export async function afterMending(
  target: EndTarget,
  facts: EntryTimes,
  outcome: EndOutcome,
  deps: EndAgainDeps,
): Promise<EndOutcome> {
  const place = { partition: outcome.entries[0]?.p ?? 0, epoch: outcome.epoch }
  const again = await endAgain(target, facts, place, deps)
  // Receipts wait for the entry that verifiers will see.
  return again ? { ...outcome, entries: again.entries, epoch: again.epoch } : outcome
}

export interface EndAgainDeps extends Pick<EndDeps, 'published' | 'epochNow'> {
  readonly store: { readonly log: Pick<Store['log'], 'end'> }
}

/** Ends once more what was ended in a log that is another one by now. Undefined: it is still the same. */
export async function endAgain(
  target: EndTarget,
  facts: EntryTimes,
  { partition, epoch }: { readonly partition: number; readonly epoch: number },
  deps: EndAgainDeps,
): Promise<EndOutcome | undefined> {
  if (deps.epochNow(partition) <= epoch) return undefined
  const again = await deps.store.log.end(target, { ...facts, always: true })
  await deps.published(again)
  return again
}

/**
 * Ending a session puts its apps into the outbox in the same step. An end of a user finds its sessions by a cut, so they are
 * put there before: a process that dies between the two has then told apps of an end that was about to come, and
 * nobody has been forgotten.
 */
export async function addToOutbox(
  sub: string,
  { now, entryExpiresAt: expiresAt }: EntryTimes,
  { store }: { store: Pick<EndDeps['store'], 'sessions' | 'outbox'> },
): Promise<void> {
  const sessions = await store.sessions.listByUser(sub, MOST_TOLD_SESSIONS, now)
  await Promise.all(sessions.map((session) => store.outbox.add(session, expiresAt, now)))
}

/** Two issuers' clocks may stand so far apart: the one that ends may be behind, the one that signed ahead. */
const ISSUER_CLOCKS_SECONDS = 60

/** An entry must outlive every token that it could match, and need not live longer: the log stays short. */
export function entryExpiresAt(
  now: number,
  lastTokenExpiresAt = now + LIMITS.accessTokenMaxSeconds + ISSUER_CLOCKS_SECONDS,
): number {
  return lastTokenExpiresAt + LIMITS.clockSkewSeconds
}
