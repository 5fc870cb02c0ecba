/** What problems of the admin API are called, and their status: RFC 9457 section 3.1. A code that is not here is bad input: 400. */

interface ProblemFact {
  readonly status: number
  readonly title: string
}

export const PROBLEMS: Readonly<Record<string, ProblemFact>> = {
  'no-credentials': { status: 401, title: 'An access token is needed' },
  'no-such-address': { status: 404, title: 'There is nothing at this address' },
  'method-not-allowed': { status: 405, title: 'This address takes other methods' },
  'precondition-failed': { status: 412, title: 'It has changed since it was read' },
  'precondition-unknown': { status: 400, title: 'This address compares no ETag' },
  'cursor-invalid': { status: 400, title: 'The cursor is not of this list' },
  'idempotency-key-invalid': { status: 400, title: 'The Idempotency-Key cannot be used' },
  'idempotency-key-reused': { status: 422, title: 'The Idempotency-Key was used for another body' },
  'idempotency-in-progress': { status: 409, title: 'The same creation is under way' },
  invalid_request: { status: 400, title: 'The request is not as described' },
  invalid_token: { status: 401, title: 'The access token is not accepted' },
  insufficient_scope: { status: 403, title: 'The token has no right to this' },
  invalid_dpop_proof: { status: 401, title: 'The proof of possession is not accepted' },
  use_dpop_nonce: { status: 401, title: 'The proof of possession lacks the nonce' },
  temporarily_unavailable: { status: 503, title: 'A part that this needs does not answer' },
  server_error: { status: 500, title: 'The issuer failed' },
  'unknown-user': { status: 404, title: 'There is no such user' },
  'unknown-role': { status: 404, title: 'There is no such role' },
  'unknown-group': { status: 404, title: 'There is no such group' },
  'unknown-client': { status: 404, title: 'There is no such client' },
  'unknown-service': { status: 404, title: 'There is no such service' },
  'unknown-key': { status: 404, title: 'There is no such key' },
  'unknown-secret': { status: 404, title: 'There is no such secret' },
  'unknown-session': { status: 404, title: 'There is no such session' },
  'unknown-operation': { status: 404, title: 'There is no such end' },
  'unknown-stream': { status: 404, title: 'There is no such stream' },
  'unknown-registration-token': { status: 404, title: 'There is no such registration token' },
  'audit-head-unknown': { status: 409, title: 'The audit log has changed' },
  'user-enabled': { status: 409, title: 'The user was enabled meanwhile' },
  'client-enabled': { status: 409, title: 'The client was enabled meanwhile' },
  'client-secrets-full': { status: 409, title: 'Two secrets are good already' },
  'client-secret-last': { status: 409, title: 'It is the last secret without an end' },
  'last-admin': { status: 409, title: 'Nobody would be left who may do everything here' },
  'token-budget': { status: 400, title: 'The rights do not fit into a token' },
  'role-shipped': { status: 409, title: 'The role comes with the issuer' },
  'username-confusable': { status: 409, title: 'The user name looks like that of somebody else' },
  'owned-by-file': { status: 409, title: 'The cluster file owns it' },
  'plan-changed': { status: 409, title: 'The directory has changed since the plan' },
  'cluster-too-large': { status: 413, title: 'The cluster file holds too much' },
  'built-in': { status: 409, title: 'The issuer brings it along by itself' },
}

/** Codes that say that something is in the way of something else. */
const CONFLICT = /-(taken|in-use)$/

/** The title of a code that is not in the table is its own words. */
export function problemFact(code: string): ProblemFact {
  const known = PROBLEMS[code]
  if (known) return known
  const words = code.replaceAll(/[-_]/g, ' ')
  const title = words.charAt(0).toUpperCase() + words.slice(1)
  return { status: CONFLICT.test(code) ? 409 : 400, title }
}
