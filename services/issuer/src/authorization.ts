/** What /authorize and /sign-in share: from raw parameters to a decision. Nothing here writes an answer. */
import type { Clients } from '@latchkey/directory'
import { type Clock, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkState,
  type ProvenTarget,
} from './checks/authorization-request.ts'
import { checkClient } from './checks/client.ts'
import { checkRedirectUri } from './checks/redirect-uri.ts'
import type { Parameters } from './http/parameters.ts'
import type { IdTokenHints } from './id-token-hint.ts'

export interface AuthorizationDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly hints: IdTokenHints
  readonly clock: Clock
}

/** The first two checks. Their errors are pages: RFC 6749 section 4.1.2.1, RFC 9700 section 4.11. */
export async function proveTarget(
  parameters: Parameters,
  deps: AuthorizationDeps,
): Promise<ProvenTarget> {
  const client = await checkClient(parameters, deps.clients)
  return { client, redirectUri: checkRedirectUri(parameters, client) }
}

/** An error that may travel to the client, with the state that was sent if it can be believed. */
export class RedirectableError extends Error {
  readonly error: OAuthError
  readonly target: ProvenTarget
  readonly state: string | undefined

  constructor(error: OAuthError, target: ProvenTarget, state: string | undefined) {
    super(error.message, { cause: error })
    this.error = error
    this.target = target
    this.state = state
  }
}

/** @throws RedirectableError for every fault after the first two checks */
export function checkRequest(
  parameters: Parameters,
  target: ProvenTarget,
  deps: AuthorizationDeps,
): AuthorizationRequest {
  try {
    return checkAuthorizationRequest(parameters, target, deps.issuer)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new RedirectableError(error, target, stateOrNothing(parameters))
  }
}

/** A state that is itself the fault (too long) is not sent back. */
function stateOrNothing(parameters: Parameters): string | undefined {
  try {
    return checkState(parameters)
  } catch {
    return undefined
  }
}

export type Decision =
  | { readonly kind: 'code'; readonly session: SessionRecord }
  | { readonly kind: 'sign_in' }

/** OpenID Connect Core section 3.1.2.3: is the session in this browser good enough for this request? */
export async function decide(
  request: AuthorizationRequest,
  session: SessionRecord | undefined,
  deps: AuthorizationDeps,
): Promise<Decision> {
  const good = session && (await goodEnough(request, session, deps))
  if (session && good) return { kind: 'code', session }
  if (request.silent) {
    throw new RedirectableError(
      new OAuthError('login_required', session ? 'session_not_good_enough' : 'no_session'),
      request,
      request.state,
    )
  }
  return { kind: 'sign_in' }
}

async function goodEnough(
  request: AuthorizationRequest,
  session: SessionRecord,
  deps: AuthorizationDeps,
): Promise<boolean> {
  if (request.signInAgain) return false
  if (request.maxAgeSeconds !== undefined) {
    const age = nowSeconds(deps.clock) - session.authTime
    if (age > request.maxAgeSeconds) return false
  }
  if (request.idTokenHint === undefined) return true
  const hint = deps.hints.read(request.idTokenHint)
  if (hint === undefined) {
    throw new RedirectableError(
      new OAuthError('invalid_request', 'id_token_hint_invalid', {
        description: 'id_token_hint is not an ID token of this issuer',
      }),
      request,
      request.state,
    )
  }
  return hint.sub === session.sub
}
