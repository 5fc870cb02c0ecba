/** Who calls, and may they: DESIGN sections 4 and 5, RFC 6750 section 2, RFC 9449 section 7. Decides and sends nothing. */
import { type AccessTokenClaims, type Clock, nowSeconds } from '@latchkey/protocol'
import type { CheckPossession, Possession, Verification, Verifier } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Credentials, isBearerSyntax, readCredentials } from './credentials.ts'
import { formBytes, readFormAhead } from './form-token.ts'
import { addressOf } from './public-address.ts'
import type { Refusal } from './refusal.ts'
import type { RouteSettings } from './route-settings.ts'
import { needsSameOrigin, provenance } from './same-origin.ts'
import { isRenewable, type SessionSource } from './session-source.ts'
import { isStrongEnough } from './step-up.ts'

export interface DecideDeps {
  verifier: Verifier
  session: SessionSource | undefined
  origins: ReadonlySet<string>
  possession: CheckPossession
  /** Public address of the service; undefined: no proof of possession can be checked. */
  address: string | undefined
  /** SHA-256 of the client's certificate, from what the app's proxy says. */
  certificateHash: (request: FastifyRequest) => string | undefined
  /** Whether tokens that requests carry have to be bound to a key of theirs. */
  dpopRequired: boolean
  clock: Clock
}

/** A token, and how it came. Those of a session come as bearer tokens. */
type Ticket = Extract<Credentials, { kind: 'token' }>

/** A request with the route that the router matched: the only thing that rights are looked up by. */
export interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly pattern: string
  readonly route: RouteSettings
}

export type Outcome =
  | { readonly kind: 'allowed'; readonly claims: AccessTokenClaims; readonly token: string }
  /** The session source has sent an answer of its own. */
  | { readonly kind: 'answered' }
  | Refusal

export const UNAVAILABLE: Refusal = { kind: 'unavailable', retryAfterSeconds: 1 }

/**
 * With a token in the header and a verifier in memory there is no promise; only forms, sessions and tokens that are ahead of
 * the verifier take turns of the event loop.
 */
export function decide(deps: DecideDeps, asked: Asked): Outcome | Promise<Outcome> {
  const { raw } = asked.request
  const bytes = formBytes(raw)
  if (bytes === 0) return decideWith(deps, asked, undefined)
  return readFormAhead(raw, bytes).then((form) => decideWith(deps, asked, form))
}

function decideWith(
  deps: DecideDeps,
  asked: Asked,
  form: URLSearchParams | undefined,
): Outcome | Promise<Outcome> {
  const { raw } = asked.request
  const credentials = readCredentials(raw, asked.route, form)
  switch (credentials.kind) {
    case 'malformed':
      return { kind: 'invalid_request', description: credentials.description }
    case 'none':
      if (deps.session === undefined) return { kind: 'no_credentials' }
      return decideSession(deps, deps.session, asked)
    case 'token': {
      // A page of another site may have got hold of a token, but does not get a socket. What is no page has no origin.
      if (isUpgrade(asked.request) && provenance(raw, deps.origins) === 'other') {
        return { kind: 'cross_origin' }
      }
      const outcome = judge(deps, asked, credentials, deps.dpopRequired)
      return outcome instanceof Promise ? outcome : orMalformed(outcome, credentials.token)
    }
  }
}

/** Looked at only when the token has been refused: reading each of its characters costs as much as verifying it again. */
function orMalformed(outcome: Outcome, token: string): Outcome {
  if (outcome.kind !== 'invalid_token' || isBearerSyntax(token)) return outcome
  return { kind: 'invalid_request', description: 'The access token has characters of no token' }
}

/** Verifies a token, and that it is the caller's, and looks up the right to call this route. */
function judge(
  deps: DecideDeps,
  asked: Asked,
  ticket: Ticket,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  const { toleranceSeconds } = asked.route
  const verification = deps.verifier.verify(ticket.token, toleranceSeconds)
  if (verification.kind === 'invalid' && verification.reason === 'ahead') {
    return deps.verifier
      .verifyCurrent(ticket.token, toleranceSeconds)
      .then((current) => outcomeOf(deps, asked, ticket, current, mustBeBound))
  }
  return outcomeOf(deps, asked, ticket, verification, mustBeBound)
}

function outcomeOf(
  deps: DecideDeps,
  asked: Asked,
  ticket: Ticket,
  verification: Verification,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  switch (verification.kind) {
    case 'valid':
      // A proof beside a token that is bound to nothing proves nothing.
      if (mustBeBound || ticket.scheme === 'DPoP') {
        return { kind: 'invalid_token', reason: 'not_bound' }
      }
      return entitled(deps, asked, ticket.token, verification.claims)
    case 'bound':
      return proveBinding(deps, asked, ticket, verification.claims, mustBeBound)
    case 'stale':
      return { kind: 'unavailable', retryAfterSeconds: verification.retryAfterSeconds }
    case 'invalid':
      // Still ahead after the wait: this verifier is behind. A newer token would be further ahead.
      if (verification.reason === 'ahead') return UNAVAILABLE
      return { kind: 'invalid_token', reason: verification.reason }
  }
}

/** RFC 9449 section 7.1, RFC 8705 section 3. */
function proveBinding(
  deps: DecideDeps,
  asked: Asked,
  { token, scheme }: Ticket,
  claims: AccessTokenClaims,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  if (mustBeBound && claims.cnf?.['jkt'] === undefined) {
    return { kind: 'invalid_token', reason: 'not_bound' }
  }
  const { request } = asked
  const { dpop } = request.raw.headers
  const possession = deps.possession(claims, {
    token,
    scheme,
    // Node joins repeated headers with a comma, and no proof has one.
    proof: typeof dpop === 'string' ? dpop : undefined,
    method: request.method,
    uri: addressOf(request, deps.address),
    certificateHash: deps.certificateHash(request),
  })
  const settle = (settled: Possession): Outcome => {
    switch (settled.kind) {
      case 'proven':
        return entitled(deps, asked, token, claims)
      case 'unproven':
        return settled.error === 'invalid_token'
          ? { kind: 'invalid_token', reason: settled.fault }
          : { kind: 'invalid_dpop_proof', reason: settled.fault }
      case 'full':
        return UNAVAILABLE
    }
  }
  return possession instanceof Promise ? possession.then(settle) : settle(possession)
}

/** The right first: nobody has to sign in again to hear that the route is not theirs. */
export function entitled(
  deps: DecideDeps,
  asked: Asked,
  token: string,
  claims: AccessTokenClaims,
): Outcome {
  if (!mayCall(deps.verifier, asked, claims)) return { kind: 'insufficient_scope', sub: claims.sub }
  const { stepUp } = asked.route
  return stepUp === undefined || isStrongEnough(claims, stepUp, nowSeconds(deps.clock))
    ? { kind: 'allowed', claims, token }
    : { kind: 'insufficient_user_authentication', stepUp }
}

async function decideSession(
  deps: DecideDeps,
  session: SessionSource,
  asked: Asked,
): Promise<Outcome> {
  const { request, reply, route } = asked
  const challenge = async (
    why: 'signed_out' | 'ended' | 'weak',
    refusal: Refusal,
  ): Promise<Outcome> => {
    if (route.public || isUpgrade(request)) return refusal
    const answered = await session.challenge(request, reply, why, route.stepUp)
    return answered ? { kind: 'answered' } : refusal
  }
  // The app sealed it into the cookie itself: that is what it is bound to.
  const judgeSession = (token: string) =>
    judge(deps, asked, { kind: 'token', token, scheme: 'Bearer' }, false)
  const token = await session.accessToken(request, reply)
  if (token === undefined) return challenge('signed_out', { kind: 'no_credentials' })
  // A browser adds the cookie whoever makes it ask, so that somebody's page must not be enough (CSRF).
  if (needsSameOrigin(request.raw) && provenance(request.raw, deps.origins) !== 'same') {
    return { kind: 'cross_origin' }
  }
  const first = await judgeSession(token)
  if (first.kind === 'insufficient_user_authentication') return challenge('weak', first)
  if (first.kind !== 'invalid_token') return first
  if (!isUpgrade(request) && isRenewable(first.reason)) {
    const renewed = await session.renew(request, reply, first.reason)
    const second = renewed === undefined ? first : await judgeSession(renewed)
    if (second.kind === 'insufficient_user_authentication') return challenge('weak', second)
    if (second.kind !== 'invalid_token') return second
  }
  return challenge('ended', first)
}

function mayCall(
  verifier: Verifier,
  { request, pattern, route }: Asked,
  claims: AccessTokenClaims,
): boolean {
  return route.public || verifier.may(claims, request.method, pattern)
}

export function isUpgrade(request: FastifyRequest): boolean {
  return request.raw.headers.upgrade !== undefined
}
