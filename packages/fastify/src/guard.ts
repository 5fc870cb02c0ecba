/** Stands before every route, hook and handler of the app: docs/architecture.md. */
import type { FastifyReply, FastifyRequest, onRequestHookHandler } from 'fastify'
import { type DecideDeps, decide, isUpgrade } from './decide.ts'
import { freezeClaims } from './freeze-claims.ts'
import { type Asked, entitled, type Outcome, UNAVAILABLE } from './judge.ts'
import { type Refusal, type RefuseDeps, refuse } from './refusal.ts'
import { CLOSED, ROUTE_SETTINGS } from './route-settings.ts'
import type { SocketGuards } from './socket-guards.ts'

export interface GuardDeps extends DecideDeps, RefuseDeps {
  publicNotFound: boolean
  sockets: Pick<SocketGuards, 'admit'>
}

/** Where a request keeps the token of its caller. */
export const CALLER_TOKEN: unique symbol = Symbol('latchkey.token')

/** A request that is being decided about, and how to let it go on. */
interface Held extends Asked {
  readonly done: () => void
}

/** The hook. A callback and not an async function: most requests are decided about without a promise. */
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
      const facts = { pattern: config.url, route: route ?? CLOSED, shown: undefined }
      const held = { request, reply, done, ...facts }
      attempt(deps, held)
    }
  }
}

function attempt(deps: GuardDeps, held: Held): void {
  let outcome: Outcome | Promise<Outcome>
  try {
    outcome = decide(deps, held)
  } catch (err) {
    fail(deps, held, err)
    return
  }
  if (outcome instanceof Promise) {
    outcome.then(
      (settled) => settle(deps, held, settled),
      (err) => fail(deps, held, err),
    )
  } else {
    settle(deps, held, outcome)
  }
}

/** Fails closed. An error of a session source or a verifier may say when it makes sense to come back. */
function fail(deps: GuardDeps, held: Held, err: unknown): void {
  held.request.log.error({ err }, 'the guard failed, so the request is refused')
  const { retryAfterSeconds } = (err ?? {}) as { retryAfterSeconds?: unknown }
  const known = typeof retryAfterSeconds === 'number' && Number.isFinite(retryAfterSeconds)
  settle(deps, held, known ? { kind: 'unavailable', retryAfterSeconds } : UNAVAILABLE)
}

function settle(deps: GuardDeps, held: Held, outcome: Outcome): void {
  const { request, reply, route } = held
  switch (outcome.kind) {
    case 'allowed':
      request.caller = freezeClaims(outcome.claims)
      request[CALLER_TOKEN] = outcome.token
      if (isUpgrade(request)) {
        deps.sockets.admit(request, {
          token: outcome.token,
          claims: outcome.claims,
          toleranceSeconds: route.toleranceSeconds,
          route: held.pattern,
          mayStay: (claims) => entitled(deps, held, outcome.token, claims).kind === 'allowed',
        })
      }
      held.done()
      break
    case 'answered':
      break
    default:
      if (route.public) {
        held.done()
        break
      }
      tell(deps, request, reply, outcome)
      remember(deps, held, outcome)
      request.log.info({ refusal: outcome, route: held.pattern }, 'request refused')
  }
}

/** For whoever asks about the id of this request. The answer stands already. */
function remember(
  deps: GuardDeps,
  { request, reply, pattern, shown }: Held,
  refusal: Refusal,
): void {
  const reason = 'reason' in refusal ? refusal.reason : undefined
  deps.verifier.noteRefused({
    request: String(request.id),
    method: request.method,
    route: pattern,
    status: reply.statusCode,
    reason: reason ?? refusal.kind,
    token: shown,
  })
}

function tell(
  deps: GuardDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): void {
  if (isUpgrade(request)) {
    // After an upgrade Node's server reads and times out the connection no more: nobody else would ever close it.
    reply.header('connection', 'close')
    reply.raw.once('finish', () => request.raw.socket?.destroySoon())
  }
  refuse(deps, request, reply, refusal)
}
