import type { Audit } from '@latchkey/directory'
import {
  type Actor,
  type Clock,
  type EndReason,
  type EndTarget,
  nowSeconds,
} from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'
import { endDetail } from './audited-end.ts'

export interface EndRecordDeps {
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
}

export type EndRecord = Parameters<Audit['append']>[0]

/**
 * @param outcome undefined: the store has not confirmed it
 */
export function endRecord(
  target: EndTarget,
  reason: EndReason,
  actor: Actor,
  outcome: EndOutcome | undefined,
  { clock }: Pick<EndRecordDeps, 'clock'>,
): EndRecord {
  const detail = endDetail(target, outcome)
  return {
    at: nowSeconds(clock),
    action: 'end',
    target: describeTarget(target),
    reason,
    actor,
    detail,
  }
}

/** Ending goes on when SQL is down (docs/architecture.md): the fault is logged, the end stands. */
export async function record(facts: EndRecord, deps: EndRecordDeps): Promise<void> {
  // The issuer measures itself, many times an hour; nobody was signed in.
  if (facts.reason === 'canary') return
  await deps.audit
    .append(facts)
    .catch((error: unknown) => deps.log.error({ err: error, ...facts }, 'end not audited'))
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
