import { nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { challenge } from './challenge.ts'
import { isNavigation } from './fetch-metadata.ts'
import { IssuerUnavailable } from './issuer-unavailable.ts'
import type { SendPage } from './page.ts'
import type { Refresher, RefreshOutcome } from './refresher.ts'
import type { RequestSessions } from './request-sessions.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { StartSignIn, StepUp } from './sign-in.ts'

/**
 * Access tokens out of the browser's session, for the plug-in that closes routes (`session` option of
 * `@latchkey/fastify`). It decides nothing about tokens: whether one is good, the verifier says.
 */
export interface SessionSource {
  /**
   * The token of this browser, renewed first when it is about to expire; undefined when nobody is signed in.
   * Throws `IssuerUnavailable` (503) when it has expired and cannot be renewed now.
   */
  accessToken(request: FastifyRequest, reply: FastifyReply): Promise<string | undefined>
  /**
   * The token was refused as expired or stale: a new one, or undefined when the session is over or cannot be renewed on
   * this request. `reason` is for the log. Throws `IssuerUnavailable` (503).
   */
  renew(request: FastifyRequest, reply: FastifyReply, reason: string): Promise<string | undefined>
  /**
   * Nobody is signed in (`signed_out`), the session was refused (`ended`; the cookie goes), or it is not what the route wants
   * (`weak`, with what it wants: RFC 9470). Answers a person who opens a page, with a redirect to sign-in or a page, and returns true; leaves everybody else to the caller and returns false.
   */
  challenge(
    request: FastifyRequest,
    reply: FastifyReply,
    why: 'signed_out' | 'ended' | 'weak',
    wanted?: StepUp,
  ): Promise<boolean>
}

/**
 * The session source of the app that a request came to: `@latchkey/fastify` wants to be registered before all routes, and
 * so before `login` with its own.
 */
export const loginSession: SessionSource = {
  accessToken: (request, reply) => request.server.login.session.accessToken(request, reply),
  renew: (request, reply, reason) => request.server.login.session.renew(request, reply, reason),
  challenge: (request, reply, why, wanted) =>
    request.server.login.session.challenge(request, reply, why, wanted),
}

export interface SessionSourceDeps {
  readonly settings: Settings
  readonly sessions: RequestSessions
  readonly refresher: Refresher
  readonly start: StartSignIn
  readonly sendPage: SendPage
}

export function sessionSource(deps: SessionSourceDeps): SessionSource {
  const { sessions, refresher } = deps
  const { clock } = deps.settings
  /** Requests that `challenge` will answer with a 503 page, and the seconds after which to retry. */
  const unavailable = new WeakMap<FastifyRequest, number>()

  /** Takes over what a refresh brought. Undefined: there is no token, and `challenge` will be asked. */
  async function settle(
    request: FastifyRequest,
    reply: FastifyReply,
    outcome: RefreshOutcome,
    fallback: string | undefined,
  ): Promise<string | undefined> {
    switch (outcome.kind) {
      case 'renewed':
        await sessions.adopt(request, reply, outcome.session)
        return outcome.session.accessToken
      case 'over':
        request.log.info({ reason: outcome.reason }, 'session over')
        sessions.end(request, reply)
        return undefined
      case 'unavailable': {
        request.log.warn({ reason: outcome.reason }, 'session not renewed: issuer unavailable')
        if (fallback !== undefined) return fallback
        const { reason, retryAfterSeconds } = outcome
        if (!isNavigation(request.method, request.headers)) {
          reply.header('retry-after', retryAfterSeconds)
          throw new IssuerUnavailable(reason, retryAfterSeconds)
        }
        unavailable.set(request, retryAfterSeconds)
        return undefined
      }
    }
  }

  return {
    async accessToken(request, reply) {
      const state = await sessions.load(request)
      if (state.kind === 'none' || state.kind === 'duplicated') return undefined
      if (state.kind !== 'living') {
        sessions.end(request, reply)
        return undefined
      }
      const { session } = state
      const now = nowSeconds(clock)
      const fallback = now < session.accessEndsAt ? session.accessToken : undefined
      const recent = refresher.recent(session)
      if (recent !== undefined) return settle(request, reply, await recent, fallback)
      const refreshToken = renewable(request, session)
      if (refreshToken === undefined || now < session.renewAt) return session.accessToken
      return settle(request, reply, await refresher.refresh(session, refreshToken), fallback)
    },

    async renew(request, reply, reason) {
      const state = await sessions.load(request)
      if (state.kind !== 'living') return undefined
      const refreshToken = renewable(request, state.session)
      if (refreshToken === undefined) return undefined
      request.log.info({ reason }, 'access token refused, renewing it')
      const outcome = await refresher.refresh(state.session, refreshToken)
      return settle(request, reply, outcome, undefined)
    },

    challenge: challenge({ ...deps, unavailable }),
  }
}

/**
 * The refresh token, where the reply can carry the session that comes of it. The answer to an upgrade (WebSocket) carries
 * no cookies: a token redeemed there would be lost, and the next request would look like a thief.
 */
function renewable(request: FastifyRequest, session: Session): string | undefined {
  return request.headers.upgrade === undefined ? session.refreshToken : undefined
}
