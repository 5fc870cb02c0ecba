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

/** A checked request, and whom its `id_token_hint` names. */
export interface AskedRequest extends AuthorizationRequest {
  readonly hintedSub: string | undefined
}

/** @throws RedirectableError for every fault after the first two checks */
export function checkRequest(
  parameters: Parameters,
  target: ProvenTarget,
  deps: AuthorizationDeps,
): AskedRequest {
  try {
    const request = checkAuthorizationRequest(parameters, target, deps.issuer)
    return { ...request, hintedSub: readHint(request, deps) }
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

function readHint(request: AuthorizationRequest, deps: AuthorizationDeps): string | undefined {
  if (request.idTokenHint === undefined) return undefined
  const hint = deps.hints.read(request.idTokenHint)
  if (hint) return hint.sub
  throw new OAuthError('invalid_request', 'id_token_hint_invalid', {
    description: 'id_token_hint is not an ID token of this issuer',
  })
}

export type Decision =
  | { readonly kind: 'code'; readonly session: SessionRecord }
  | { readonly kind: 'sign_in' }

/** OpenID Connect Core section 3.1.2.3: is the session in this browser good enough for this request? */
export function decide(
  request: AskedRequest,
  session: SessionRecord | undefined,
  deps: Pick<AuthorizationDeps, 'clock'>,
): Decision {
  if (session && goodEnough(request, session, deps)) return { kind: 'code', session }
  if (!request.silent) return { kind: 'sign_in' }
  throw loginRequired(request, session ? 'session_not_good_enough' : 'no_session')
}

/** Section 3.1.2.1: when a hint names somebody, nobody else's code is an answer, not even after a new sign-in. */
export function refuseOtherPerson(request: AskedRequest, sub: string): void {
  const { hintedSub } = request
  if (hintedSub !== undefined && hintedSub !== sub) throw loginRequired(request, 'not_the_hinted')
}

function loginRequired(request: AskedRequest, reason: string): RedirectableError {
  return new RedirectableError(new OAuthError('login_required', reason), request, request.state)
}

function goodEnough(
  request: AskedRequest,
  session: SessionRecord,
  deps: Pick<AuthorizationDeps, 'clock'>,
): boolean {
  const { signInAgain, maxAgeSeconds, hintedSub } = request
  if (signInAgain) return false
  const age = nowSeconds(deps.clock) - session.authTime
  if (maxAgeSeconds !== undefined && age > maxAgeSeconds) return false
  return hintedSub === undefined || hintedSub === session.sub
}
