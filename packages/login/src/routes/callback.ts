/** GET /login/callback: the issuer's answer. OpenID Connect Core sections 3.1.2.5 to 3.1.3.7, RFC 9207 section 2.4. */
import { nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LOGIN_LIMITS } from '../limits.ts'
import type { SendPage } from '../page.ts'
import type { PageName } from '../page-texts.ts'
import type { GrantOutcome, Provider } from '../provider.ts'
import type { RequestSessions } from '../request-sessions.ts'
import { newSession } from '../session.ts'
import type { Settings } from '../settings.ts'
import { demandOf, type StartSignIn, signInAgain } from '../sign-in.ts'
import { parseSignInState, type SignInState } from '../sign-in-state.ts'
import type { Transaction, TransactionCookies } from '../transaction-cookies.ts'
import { PUBLIC_ROUTE } from './public-route.ts'

export interface CallbackDeps {
  readonly settings: Settings
  readonly provider: Pick<Provider, 'redeemCode'>
  readonly transactions: Pick<TransactionCookies, 'take'>
  readonly sessions: RequestSessions
  readonly start: StartSignIn
  readonly sendPage: SendPage
}

export function callbackRoute(scope: FastifyInstance, deps: CallbackDeps): void {
  scope.route({
    ...PUBLIC_ROUTE,
    method: 'GET',
    url: deps.settings.paths.callback,
    // HEAD would spend the code.
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const search = searchOf(request)
      const state = stateOf(search)
      const transaction =
        state === undefined ? undefined : await deps.transactions.take(request, reply, state)
      if (state === undefined || transaction === undefined) {
        return strayAnswer(deps, request, reply, state)
      }
      const outcome = await deps.provider.redeemCode(search, transaction)
      return finishSignIn(deps, request, reply, { outcome, transaction, state })
    },
  })
}

function searchOf(request: FastifyRequest): string {
  const url = request.originalUrl
  const start = url.indexOf('?')
  return start === -1 ? '' : url.slice(start)
}

function stateOf(search: string): SignInState | undefined {
  const [text, ...more] = new URLSearchParams(search).getAll('state')
  return text === undefined || more.length > 0 ? undefined : parseSignInState(text)
}

/**
 * No sign-in of this browser has this state: the back button, a second tab, lost cookies, or an attacker's link (attack
 * C15). Nothing of the answer is used. Who is signed in stays it; everybody else gets one new sign-in, and only one.
 */
async function strayAnswer(
  { settings, sessions, start, sendPage }: CallbackDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  state: SignInState | undefined,
): Promise<FastifyReply> {
  const { kind } = await sessions.load(request)
  request.log.info({ session: kind }, 'an answer to no sign-in of this browser')
  if (kind === 'living') return goTo(settings, reply, '/')
  if (state?.repeated === true) return sendPage(request, reply, 'cookies')
  return start(request, reply, { next: '/', repeated: true })
}

async function finishSignIn(
  { settings, sessions, sendPage }: CallbackDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  facts: { outcome: GrantOutcome; transaction: Transaction; state: SignInState },
): Promise<FastifyReply> {
  const { outcome, transaction, state } = facts
  const href = signInAgain(settings, transaction.next)
  switch (outcome.kind) {
    case 'granted': {
      const { grant } = outcome
      // openid-client has refused answers without an ID token, because a nonce was expected.
      const { person } = grant
      if (person === undefined) return sendPage(request, reply, 'unfinished', { href })
      const session = newSession(
        { ...grant, person },
        {
          now: nowSeconds(settings.clock),
          sessionSeconds: settings.sessionSeconds,
          repeated: state.repeated,
          askedFor: transaction.wanted && demandOf(transaction.wanted),
        },
      )
      // Always a new cookie: nothing of a session before sign-in lives on (attack E1).
      await sessions.adopt(request, reply, session)
      request.log.info({ sub: person.sub, sid: person.sid }, 'signed in')
      return goTo(settings, reply, transaction.next)
    }
    case 'refused':
      request.log.info({ reason: outcome.reason }, 'sign-in refused by the issuer')
      return sendPage(request, reply, refusalPage(outcome.code), { href })
    case 'invalid':
      request.log.warn({ reason: outcome.reason }, 'answer of the issuer refused')
      return sendPage(request, reply, 'unfinished', { href })
    case 'unavailable': {
      request.log.warn({ reason: outcome.reason }, 'sign-in not finished: issuer unavailable')
      const retryAfterSeconds = LOGIN_LIMITS.issuerPauseSeconds
      return sendPage(request, reply, 'unavailable', { href, retryAfterSeconds })
    }
  }
}

function refusalPage(code: string): PageName {
  if (code === 'access_denied') return 'denied'
  return code === 'unmet_authentication_requirements' ? 'tooWeak' : 'unfinished'
}

/** `path` has passed `deepLink`; with the origin before it, it cannot lead anywhere else. */
function goTo(settings: Settings, reply: FastifyReply, path: string): FastifyReply {
  const location = settings.baseUrl + path
  return reply.code(303).headers({ location, 'cache-control': 'no-store' }).send()
}
