/** Decides about every request before anything else of the app sees it: DESIGN sections 4, 5 and 7. */
import type { AccessTokenClaims } from '@latchkey/protocol'
import type { Verification, Verifier } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { isBearerSyntax, readCredentials } from './credentials.ts'
import { formBytes, readFormAhead } from './form-token.ts'
import { freezeClaims } from './freeze-claims.ts'
import { type Refusal, refuse } from './refusal.ts'
import { CLOSED, ROUTE_SETTINGS, type RouteSettings } from './route-settings.ts'
import { needsSameOrigin, provenance } from './same-origin.ts'
import { isRenewable, type SessionSource } from './session-source.ts'
import type { SocketGuards } from './socket-guards.ts'

export interface GuardDeps {
  verifier: Verifier
  session: SessionSource | undefined
  origins: ReadonlySet<string>
  realm: string
  publicNotFound: boolean
  sockets: Pick<SocketGuards, 'admit'>
}

/** A request with the route that the router matched: the only thing that rights are looked up by. */
interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly done: () => void
  readonly pattern: string
  readonly route: RouteSettings
}

type Outcome =
  | { readonly kind: 'allowed'; readonly claims: AccessTokenClaims; readonly token: string }
  /** The session source has sent an answer of its own. */
  | { readonly kind: 'answered' }
  | Refusal

/** Where a request keeps the token of its caller. */
export const CALLER_TOKEN: unique symbol = Symbol('latchkey.token')

const UNAVAILABLE: Refusal = { kind: 'unavailable', retryAfterSeconds: 1 }

/**
 * The hook. With a token in the header and a verifier in memory it decides without a promise; only forms, sessions and
 * tokens that are ahead of the verifier take turns of the event loop.
 */
export function guard(deps: GuardDeps): onRequestHookHandler {
  return function latchkeyGuard(request, reply, done) {
    const { config } = request.routeOptions
    const route = config[ROUTE_SETTINGS]
    if (route?.public === true && !route.identify) {
      done()
    } else if (route === undefined && request.is404) {
      // The not-found handler is code of the app like any other, and no grant could name it.
      if (deps.publicNotFound) done()
      else tell(deps, request, reply, { kind: 'not_found' })
    } else {
      // A route that the plug-in never saw has no settings, and is closed.
      const asked = { request, reply, done, pattern: config.url, route: route ?? CLOSED }
      attempt(deps, asked)
    }
  }
}

function attempt(deps: GuardDeps, asked: Asked): void {
  let outcome: Outcome | Promise<Outcome>
  try {
    outcome = decide(deps, asked)
  } catch (err) {
    fail(deps, asked, err)
    return
  }
  if (outcome instanceof Promise) {
    outcome.then(
      (settled) => settle(deps, asked, settled),
      (err) => fail(deps, asked, err),
    )
  } else {
    settle(deps, asked, outcome)
  }
}

/** Fails closed. An error of a session source or a verifier may say when it makes sense to come back. */
function fail(deps: GuardDeps, asked: Asked, err: unknown): void {
  asked.request.log.error({ err }, 'the guard failed, so the request is refused')
  const { retryAfterSeconds } = (err ?? {}) as { retryAfterSeconds?: unknown }
  const known = typeof retryAfterSeconds === 'number' && Number.isFinite(retryAfterSeconds)
  settle(deps, asked, known ? { kind: 'unavailable', retryAfterSeconds } : UNAVAILABLE)
}

function settle(deps: GuardDeps, asked: Asked, outcome: Outcome): void {
  const { request, reply, route } = asked
  switch (outcome.kind) {
    case 'allowed':
      request.caller = freezeClaims(outcome.claims)
      request[CALLER_TOKEN] = outcome.token
      if (isUpgrade(request)) {
        deps.sockets.admit(request, {
          token: outcome.token,
          claims: outcome.claims,
          toleranceSeconds: route.toleranceSeconds,
          mayStay: (claims) => mayCall(deps.verifier, asked, claims),
        })
      }
      asked.done()
      break
    case 'answered':
      break
    default:
      if (route.public) {
        asked.done()
        break
      }
      tell(deps, request, reply, outcome)
      request.log.info({ refusal: outcome, route: asked.pattern }, 'request refused')
  }
}

function tell(
  { realm }: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): void {
  if (isUpgrade(request)) {
    // After an upgrade Node's server reads and times out the connection no more: nobody else would ever close it.
    reply.header('connection', 'close')
    reply.raw.once('finish', () => request.raw.socket?.destroySoon())
  }
  refuse(reply, refusal, realm)
}

function mayCall(
  verifier: Verifier,
  { request, pattern, route }: Asked,
  claims: AccessTokenClaims,
): boolean {
  return route.public || verifier.may(claims, request.method, pattern)
}

function isUpgrade(request: FastifyRequest): boolean {
  return request.raw.headers.upgrade !== undefined
}

function decide(deps: GuardDeps, asked: Asked): Outcome | Promise<Outcome> {
  const { raw } = asked.request
  const bytes = formBytes(raw)
  if (bytes === 0) return decideWith(deps, asked, undefined)
  return readFormAhead(raw, bytes).then((form) => decideWith(deps, asked, form))
}

function decideWith(
  deps: GuardDeps,
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
  { verifier, origins }: GuardDeps,
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
