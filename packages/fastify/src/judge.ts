/** Whether a token lets its bearer call a route: packages/permissions/README.md, RFC 9449 section 7, RFC 8705 section 3. */
import { type AccessTokenClaims, type Clock, nowSeconds } from '@latchkey/protocol'
import type { CheckPossession, Possession, Verification, Verifier } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Credentials } from './credentials.ts'
import { addressOf } from './public-address.ts'
import type { Refusal } from './refusal.ts'
import type { RouteSettings } from './route-settings.ts'
import { isStrongEnough } from './step-up.ts'

export interface JudgeDeps {
  verifier: Verifier
  possession: CheckPossession
  /** Public address of the service; undefined: no proof of possession can be checked. */
  address: string | undefined
  /** SHA-256 of the client's certificate, from what the app's proxy says. */
  certificateHash: (request: FastifyRequest) => string | undefined
  clock: Clock
}

/** A token, and how it came. Those of a session come as bearer tokens. */
export type ShownToken = Extract<Credentials, { kind: 'token' }>

/** A request with the route that the router matched: the only thing that rights are looked up by. */
export interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly pattern: string
  readonly route: RouteSettings
  /** The token that was judged last: what is remembered of a refusal names it by what it says of itself. */
  shown: string | undefined
}

export type Outcome =
  | { readonly kind: 'allowed'; readonly claims: AccessTokenClaims; readonly token: string }
  /** The session source has sent an answer of its own. */
  | { readonly kind: 'answered' }
  | Refusal

export const UNAVAILABLE = {
  kind: 'unavailable',
  retryAfterSeconds: 1,
} as const satisfies Refusal

/** Verifies a token, and that it is the caller's, and looks up the right to call this route. */
export function judge(
  deps: JudgeDeps,
  asked: Asked,
  shown: ShownToken,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  asked.shown = shown.token
  const { toleranceSeconds } = asked.route
  const verification = deps.verifier.verify(shown.token, toleranceSeconds)
  if (verification.kind === 'invalid' && verification.reason === 'ahead') {
    return deps.verifier
      .verifyCurrent(shown.token, toleranceSeconds)
      .then((current) => outcomeOf(deps, asked, shown, current, mustBeBound))
  }
  return outcomeOf(deps, asked, shown, verification, mustBeBound)
}

function outcomeOf(
  deps: JudgeDeps,
  asked: Asked,
  shown: ShownToken,
  verification: Verification,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  switch (verification.kind) {
    case 'valid':
      // A proof beside a token that is bound to nothing proves nothing.
      if (mustBeBound || shown.scheme === 'DPoP') {
        return { kind: 'invalid_token', reason: 'not_bound' }
      }
      return entitled(deps, asked, shown.token, verification.claims)
    case 'bound':
      return proveBinding(deps, asked, shown, verification.claims, mustBeBound)
    case 'stale':
      return {
        kind: 'unavailable',
        retryAfterSeconds: verification.retryAfterSeconds,
        reason: 'verifier_stale',
      }
    case 'invalid':
      // Still ahead after the wait: this verifier is behind. A newer token would be further ahead.
      if (verification.reason === 'ahead') return { ...UNAVAILABLE, reason: 'verifier_stale' }
      return { kind: 'invalid_token', reason: verification.reason }
  }
}

/** RFC 9449 section 7.1, RFC 8705 section 3. */
function proveBinding(
  deps: JudgeDeps,
  asked: Asked,
  { token, scheme, proven }: ShownToken,
  claims: AccessTokenClaims,
  mustBeBound: boolean,
): Outcome | Promise<Outcome> {
  if (mustBeBound && claims.cnf?.['jkt'] === undefined) {
    return { kind: 'invalid_token', reason: 'not_bound' }
  }
  if (proven) return entitled(deps, asked, token, claims)
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
  deps: JudgeDeps,
  asked: Asked,
  token: string,
  claims: AccessTokenClaims,
): Outcome {
  if (!mayCall(deps.verifier, asked, claims)) {
    // A token that was signed before the route was published says nothing about it: a fresh one will.
    return deps.verifier.isOlderThanRoute(claims, asked.request.method, asked.pattern)
      ? { kind: 'invalid_token', reason: 'stale' }
      : { kind: 'insufficient_scope', sub: claims.sub }
  }
  const { stepUp } = asked.route
  return stepUp === undefined || isStrongEnough(claims, stepUp, nowSeconds(deps.clock))
    ? { kind: 'allowed', claims, token }
    : { kind: 'insufficient_user_authentication', stepUp }
}

function mayCall(
  verifier: Verifier,
  { request, pattern, route }: Asked,
  claims: AccessTokenClaims,
): boolean {
  return route.public || route.grantless || verifier.may(claims, request.method, pattern)
}
