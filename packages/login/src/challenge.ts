import { nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { deepLink } from './deep-link.ts'
import { isNavigation } from './fetch-metadata.ts'
import { LOGIN_LIMITS } from './limits.ts'
import type { SendPage } from './page.ts'
import type { RequestSessions } from './request-sessions.ts'
import type { Session } from './session.ts'
import type { SessionSource } from './session-source.ts'
import type { Settings } from './settings.ts'
import { demandOf, type StartSignIn, type StepUp } from './sign-in.ts'

export interface ChallengeDeps {
  readonly settings: Pick<Settings, 'clock' | 'paths'>
  readonly sessions: Pick<RequestSessions, 'load' | 'end'>
  readonly start: StartSignIn
  readonly sendPage: SendPage
  /** Requests whose session is fine but cannot be renewed now, and the seconds after which to retry. */
  readonly unavailable: WeakMap<FastifyRequest, number>
}

/** What a person gets who opens a closed page without a session that will do. */
export function challenge(deps: ChallengeDeps): SessionSource['challenge'] {
  const { settings, sessions, unavailable } = deps
  return async (request, reply, why, wanted) => {
    const navigation = isNavigation(request.method, request.headers)
    const retryAfterSeconds = unavailable.get(request)
    const next = deepLink(request.originalUrl, [settings.paths.login, settings.paths.logout])
    if (why === 'weak') {
      if (!navigation || wanted === undefined) return false
      await askForMore(deps, request, reply, { next, wanted })
      return true
    }
    if (navigation && retryAfterSeconds !== undefined) {
      deps.sendPage(request, reply, 'unavailable', { href: next ?? '/', retryAfterSeconds })
      return true
    }
    await sessions.load(request)
    if (why === 'ended') sessions.end(request, reply)
    if (!navigation) return false
    await answer(deps, request, reply, next)
    return true
  }
}

async function answer(
  { settings, sessions, start, sendPage }: ChallengeDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  next: string | undefined,
): Promise<FastifyReply> {
  const state = await sessions.load(request)
  // Signing in again would not take the second cookie away.
  if (state.kind === 'duplicated') return sendPage(request, reply, 'duplicated')
  // Somebody has ended a session that we were told of: the service refused nothing, and this is no circle.
  const failed =
    state.kind === 'over' && !state.told && isFresh(state.session, nowSeconds(settings.clock))
  if (failed && state.session.repeated) {
    request.log.warn('a new session was refused twice: does the service accept its audience?')
    return sendPage(request, reply, 'notAccepted')
  }
  return start(request, reply, { next, repeated: failed })
}

/**
 * RFC 9470 section 4: sends the person to sign in as the page wants it. The session stays: whoever gives up is signed in as before.
 * What was asked for a moment ago and did not help is not asked for again.
 */
async function askForMore(
  { settings, sessions, start, sendPage }: ChallengeDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { next, wanted }: { next: string | undefined; wanted: StepUp },
): Promise<FastifyReply> {
  const state = await sessions.load(request)
  const session = state.kind === 'living' ? state.session : undefined
  if (
    session?.askedFor === demandOf(wanted) &&
    isFresh(session, nowSeconds(settings.clock), wanted)
  ) {
    request.log.warn('a new sign-in is still not what the route wants')
    return sendPage(request, reply, 'tooWeak', { href: next ?? '/' })
  }
  return start(request, reply, { next, repeated: false, wanted })
}

/** A sign-in that may be no older than some seconds does not last longer than they do. */
function isFresh(session: Session, now: number, { maxAgeSeconds }: Partial<StepUp> = {}): boolean {
  const { freshSessionSeconds } = LOGIN_LIMITS
  return now - session.signedInAt < Math.min(freshSessionSeconds, maxAgeSeconds ?? Infinity)
}
