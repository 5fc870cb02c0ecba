/** The one way to end anything: DESIGN section 5. Every cause goes through here and leaves an entry and an audit record. */
import type { Audit } from '@latchkey/directory'
import {
  type Actor,
  type Clock,
  type EndReason,
  type EndTarget,
  LIMITS,
  nowSeconds,
} from '@latchkey/protocol'
import type { EndOutcome, SessionRecord, Store } from '@latchkey/store'

export type End = (target: EndTarget, reason: EndReason, actor: Actor) => Promise<EndOutcome>

export interface EndDeps {
  readonly store: {
    log: Pick<Store['log'], 'end'>
    sessions: Pick<Store['sessions'], 'listByUser'>
  }
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
  /** Resolves when this process's own feed has passed the entries on; others hear of them from the store. */
  readonly published: () => Promise<void>
  /** Back-channel logout of the clients of a session; must not throw and is not waited for. */
  readonly tellClients: (session: SessionRecord) => void
}

export function ender(deps: EndDeps): End {
  return async (target, reason, actor) => {
    const now = nowSeconds(deps.clock)
    const sessionsOfUser = target.kind === 'user' ? await listSessions(target.sub, deps, now) : []
    const outcome = await deps.store.log.end(target, {
      reason,
      now,
      entryExpiresAt: entryExpiresAt(now),
    })
    await deps.published()
    await recordEnd(target, reason, actor, outcome.entries, deps)
    const ended = outcome.session ? [outcome.session] : sessionsOfUser
    for (const session of ended) deps.tellClients(session)
    return outcome
  }
}

/** An entry must outlive every token that it could match. */
export function entryExpiresAt(now: number): number {
  return now + LIMITS.accessTokenMaxSeconds + LIMITS.clockSkewSeconds
}

/** The audit record. Ending goes on when SQL is down (DESIGN section 7): the fault is logged, the end stands. */
export async function recordEnd(
  target: EndTarget,
  reason: EndReason,
  actor: Actor,
  entries: EndOutcome['entries'],
  deps: Pick<EndDeps, 'audit' | 'clock' | 'log'>,
): Promise<void> {
  const positions = entries.map((entry) => ({ partition: entry.p, offset: entry.o }))
  try {
    await deps.audit.append({
      at: nowSeconds(deps.clock),
      actor,
      action: 'end',
      target: describeTarget(target),
      reason,
      detail: { positions },
    })
  } catch (error) {
    deps.log.error({ err: error, target: describeTarget(target), reason }, 'end not audited')
  }
}

const MOST_TOLD_SESSIONS = 200

async function listSessions(sub: string, deps: EndDeps, now: number): Promise<SessionRecord[]> {
  return await deps.store.sessions.listByUser(sub, MOST_TOLD_SESSIONS, now)
}

/** One word of kind and the id: `session s0_…`. */
export function describeTarget(target: EndTarget): string {
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
