/** Who calls, and may they: DESIGN sections 4 and 5, RFC 6750 section 2. Decides and sends nothing. */
import type { AccessTokenClaims } from '@latchkey/protocol'
import type { Verification, Verifier } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isBearerSyntax, readCredentials } from './credentials.ts'
import { formBytes, readFormAhead } from './form-token.ts'
import type { Refusal } from './refusal.ts'
import type { RouteSettings } from './route-settings.ts'
import { needsSameOrigin, provenance } from './same-origin.ts'
import { isRenewable, type SessionSource } from './session-source.ts'

export interface DecideDeps {
  verifier: Verifier
  session: SessionSource | undefined
  origins: ReadonlySet<string>
}

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
      const { token } = credentials
      // A page of another site may have got hold of a token, but does not get a socket. What is no page has no origin.
      if (isUpgrade(asked.request) && provenance(raw, deps.origins) === 'other') {
        return { kind: 'cross_origin' }
      }
      const outcome = judge(deps.verifier, asked, token)
      return outcome instanceof Promise ? outcome : orMalformed(outcome, token)
    }
  }
}

/** Looked at only when the token has been refused: reading each of its characters costs as much as verifying it again. */
function orMalformed(outcome: Outcome, token: string): Outcome {
  if (outcome.kind !== 'invalid_token' || isBearerSyntax(token)) return outcome
  return { kind: 'invalid_request', description: 'The access token has characters of no token' }
}

/** Verifies a token and looks up the right to call this route. */
function judge(verifier: Verifier, asked: Asked, token: string): Outcome | Promise<Outcome> {
  const { toleranceSeconds } = asked.route
  const verification = verifier.verify(token, toleranceSeconds)
  if (verification.kind === 'invalid' && verification.reason === 'ahead') {
    return verifier
      .verifyCurrent(token, toleranceSeconds)
      .then((current) => outcomeOf(verifier, asked, token, current))
  }
  return outcomeOf(verifier, asked, token, verification)
}

function outcomeOf(
  verifier: Verifier,
  asked: Asked,
  token: string,
  verification: Verification,
): Outcome {
  switch (verification.kind) {
    case 'valid': {
      const { claims } = verification
      return mayCall(verifier, asked, claims)
        ? { kind: 'allowed', claims, token }
        : { kind: 'insufficient_scope', sub: claims.sub }
    }
    case 'stale':
      return { kind: 'unavailable', retryAfterSeconds: verification.retryAfterSeconds }
    case 'invalid':
      // Still ahead after the wait: this verifier is behind. A newer token would be further ahead.
      if (verification.reason === 'ahead') return UNAVAILABLE
      return { kind: 'invalid_token', reason: verification.reason }
  }
}

async function decideSession(
  { verifier, origins }: DecideDeps,
  session: SessionSource,
  asked: Asked,
): Promise<Outcome> {
  const { request, reply, route } = asked
  const challenge = async (why: 'signed_out' | 'ended', refusal: Refusal): Promise<Outcome> => {
    if (route.public || isUpgrade(request)) return refusal
    return (await session.challenge(request, reply, why)) ? { kind: 'answered' } : refusal
  }
  const token = await session.accessToken(request, reply)
  if (token === undefined) return challenge('signed_out', { kind: 'no_credentials' })
  // A browser adds the cookie whoever makes it ask, so that somebody's page must not be enough (CSRF).
  if (needsSameOrigin(request.raw) && provenance(request.raw, origins) !== 'same') {
    return { kind: 'cross_origin' }
  }
  const first = await judge(verifier, asked, token)
  if (first.kind !== 'invalid_token') return first
  if (!isUpgrade(request) && isRenewable(first.reason)) {
    const renewed = await session.renew(request, reply, first.reason)
    const second = renewed === undefined ? first : await judge(verifier, asked, renewed)
    if (second.kind !== 'invalid_token') return second
  }
  return challenge('ended', first)
}

export function mayCall(
  verifier: Verifier,
  { request, pattern, route }: Asked,
  claims: AccessTokenClaims,
): boolean {
  return route.public || verifier.may(claims, request.method, pattern)
}

export function isUpgrade(request: FastifyRequest): boolean {
  return request.raw.headers.upgrade !== undefined
}
