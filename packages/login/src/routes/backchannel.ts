/** POST /login/backchannel: OpenID Connect Back-Channel Logout 1.0 sections 2.5 to 2.8. */
import { nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { EndedSession, EndedSessions } from '../ended-sessions.ts'
import { expiringMap } from '../expiring-map.ts'
import { LOGIN_LIMITS } from '../limits.ts'
import { type LogoutTokenOutcome, verifyLogoutToken } from '../logout-token.ts'
import type { Provider } from '../provider.ts'
import type { Settings } from '../settings.ts'
import { PUBLIC_ROUTE } from './public-route.ts'

export interface BackchannelDeps {
  readonly settings: Settings
  readonly provider: Pick<Provider, 'keys'>
  readonly ended: Pick<EndedSessions, 'add'>
}

export function backchannelRoute(scope: FastifyInstance, deps: BackchannelDeps): void {
  const { settings, ended } = deps
  const { clock } = settings
  const seen = expiringMap<true>(LOGIN_LIMITS.seenLogoutTokens)

  /** True when the token came before. Asked only about tokens that are good, so nobody can spoil a `jti` in advance. */
  function isReplay(jti: string, exp: number): boolean {
    const now = nowSeconds(clock)
    if (seen.get(jti, now) === true) return true
    // exp may be far away or just past (clock skew); iat is what bounds the token's life.
    const endsAt = Math.max(exp, now) + LOGIN_LIMITS.logoutTokenAgeSeconds
    seen.set(jti, true, endsAt, now)
    return false
  }

  scope.route({
    ...PUBLIC_ROUTE,
    method: 'POST',
    url: settings.paths.backchannel,
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const outcome = await check(deps, request)
      if (outcome.kind === 'unavailable') return askAgain(request, reply)
      if (outcome.kind === 'invalid') return refuse(request, reply, outcome.reason)
      if (isReplay(outcome.jti, outcome.exp)) return refuse(request, reply, 'replayed')
      ended.add(outcome.ended)
      request.log.info(outcome.ended, 'session ended by the issuer')
      await tell(settings, request, outcome.ended)
      return reply.code(200).send()
    },
  })
}

async function check(
  { settings, provider }: BackchannelDeps,
  request: FastifyRequest,
): Promise<LogoutTokenOutcome> {
  const token = logoutTokenOf(request.body)
  if (token === undefined) return { kind: 'invalid', reason: 'no_logout_token' }
  try {
    const { issuer, clientId, clock } = settings
    const keys = await provider.keys()
    return await verifyLogoutToken(token, { keys, issuer, clientId, nowMs: clock.nowMs() })
  } catch {
    return { kind: 'unavailable' }
  }
}

function logoutTokenOf(body: unknown): string | undefined {
  if (!(body instanceof URLSearchParams)) return undefined
  const [token, ...more] = body.getAll('logout_token')
  return more.length === 0 ? token : undefined
}

function refuse(request: FastifyRequest, reply: FastifyReply, reason: string): FastifyReply {
  request.log.warn({ reason }, 'logout token refused')
  return reply.code(400).send({ error: 'invalid_request' })
}

/** To an issuer, 400 is the last word (section 2.8). This is none: the same session is to be told once more. */
function askAgain(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  request.log.warn({ reason: 'keys_unavailable' }, 'logout token not checked')
  return reply.code(503).header('retry-after', String(LOGIN_LIMITS.issuerPauseSeconds)).send()
}

async function tell(
  settings: Pick<Settings, 'onEnded'>,
  request: FastifyRequest,
  ended: EndedSession,
): Promise<void> {
  try {
    await settings.onEnded(ended)
  } catch (error) {
    // The session is over here, whatever the app makes of it.
    request.log.error({ err: error }, 'onEnded failed')
  }
}
