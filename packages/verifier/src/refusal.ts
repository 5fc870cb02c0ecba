import type { Verdict } from '@latchkey/feed'
import { TOKEN_FAULTS } from '@latchkey/tokens'
import type { RefusalReason, Verification } from './verifier.ts'

/** What the replica says of a dead token, as a reason. */
const REASON_OF: Readonly<Record<Exclude<Verdict, 'live'>, RefusalReason>> = {
  token: 'token_ended',
  session: 'session_ended',
  user: 'user_ended',
  client: 'client_ended',
  service: 'service_ended',
  key: 'key_ended',
  all: 'all_ended',
  stale: 'stale',
  ahead: 'ahead',
}

/** One frozen value per reason: a flood of bad tokens makes no garbage. */
const REFUSALS: ReadonlyMap<RefusalReason, Verification> = new Map(
  [...TOKEN_FAULTS, ...Object.values(REASON_OF)].map((reason) => [
    reason,
    Object.freeze({ kind: 'invalid', reason }),
  ]),
)

export function refusal(reason: RefusalReason): Verification {
  return REFUSALS.get(reason) as Verification
}

export function reasonOf(verdict: Exclude<Verdict, 'live'>): RefusalReason {
  return REASON_OF[verdict]
}

/** A lease is asked for every second, so that asking again after one makes sense. */
export const STALE: Verification = Object.freeze({ kind: 'stale', retryAfterSeconds: 1 })
