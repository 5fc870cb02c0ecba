/** The one way to end anything (docs/architecture.md). Every cause goes through here and leaves an entry and an audit record. */
import type { Audit } from '@latchkey/directory'
import {
  type Actor,
  type Clock,
  type EndReason,
  type EndTarget,
  LIMITS,
  nowSeconds,
} from '@latchkey/protocol'
import type { EndOutcome, Store } from '@latchkey/store'
import { endDetail } from './audited-end.ts'

export type End = (target: EndTarget, reason: EndReason, actor: Actor) => Promise<EndOutcome>

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

export interface EndDeps {
  readonly store: {
    log: Pick<Store['log'], 'end'>
    sessions: Pick<Store['sessions'], 'listByUser'>
    outbox: Pick<Store['outbox'], 'add'>
  }
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
  /** Resolves when this process's own feed has passed the entries on; others hear of them from the store. */
  readonly published: () => Promise<void>
  /** The epoch that this process has read last in the log of a partition. */
  readonly epochNow: (partition: number) => number
  /** Something has ended: for counting. Must not throw. */
  readonly concluded?: (target: EndTarget, reason: EndReason) => void
  /** There may be apps to tell, in the outbox. Must not throw; is not waited for. */
  readonly tell: () => void
}

const MOST_TOLD_SESSIONS = 200

export function ender(deps: EndDeps): Ender {
  const end: End = async (target, reason, actor) => {
    const now = nowSeconds(deps.clock)
    const tokenExpiresAt = target.kind === 'token' ? target.exp : undefined
    const facts = { reason, now, entryExpiresAt: entryExpiresAt(now, tokenExpiresAt) }
    if (target.kind === 'user') await addToOutbox(target.sub, facts, deps)
    const outcome = await deps.store.log.end(target, facts).catch(async (error: unknown) => {
      // The answer may be all that was lost, and who asks again finds nothing left to end.
      await record(target, reason, actor, endDetail(target, undefined), deps)
      throw error
    })
    if (outcome.entries.length === 0) return outcome
    await concludeEnd(target, reason, actor, outcome)
    // The log was lost, and put right from the records, before this end had its own.
    if (deps.epochNow(outcome.entries[0]?.p ?? 0) > outcome.epoch) {
      const again = await deps.store.log.end(target, { ...facts, always: true })
      await deps.published()
      // Receipts wait for the entry that verifiers will see.
      return { ...outcome, entries: again.entries, epoch: again.epoch }
    }
    return outcome
  }

  const concludeEnd: Ender['concludeEnd'] = async (target, reason, actor, outcome) => {
    await deps.published()
    deps.concluded?.(target, reason)
    if (outcome.session || target.kind === 'user') deps.tell()
    await record(target, reason, actor, endDetail(target, outcome), deps)
  }

  return { end, concludeEnd }
}

/**
 * Ending a session puts its apps into the outbox in the same step. An end of a user finds its sessions by a cut, so they are
 * put there before: a process that dies between the two has then told apps of an end that was about to come, and
 * nobody has been forgotten.
 */
async function addToOutbox(
  sub: string,
  { now, entryExpiresAt: expiresAt }: { now: number; entryExpiresAt: number },
  { store }: Pick<EndDeps, 'store'>,
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

/** The audit record. Ending goes on when SQL is down (docs/architecture.md): the fault is logged, the end stands. */
async function record(
  target: EndTarget,
  reason: EndReason,
  actor: Actor,
  detail: Readonly<Record<string, unknown>>,
  deps: Pick<EndDeps, 'audit' | 'clock' | 'log'>,
): Promise<void> {
  // The issuer measures itself, many times an hour; nobody was signed in.
  if (reason === 'canary') return
  const facts = { action: 'end', target: describeTarget(target), reason, actor, detail }
  try {
    await deps.audit.append({ at: nowSeconds(deps.clock), ...facts })
  } catch (error) {
    deps.log.error({ err: error, ...facts }, 'end not audited')
  }
}

/** One word of kind and the id: `session s0_…`. */
function describeTarget(target: EndTarget): string {
  switch (target.kind) {
    case 'token':
      return `token ${target.jti}`
    case 'session':
      return `session ${target.sid}`
    case 'user':
      return `user ${target.sub}`
    case 'client':
      return `client ${target.clientId}`
    case 'service':
      return `service ${target.audience}`
    case 'key':
      return `key ${target.kid}`
    case 'stale':
      return `stale ${target.about}`
    case 'all':
      return 'all'
  }
}
