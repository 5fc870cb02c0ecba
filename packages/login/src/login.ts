import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import fp from 'fastify-plugin'
import { cookieBox } from './cookie-box.ts'
import { endedSessions } from './ended-sessions.ts'
import { issuerFetch } from './issuer-fetch.ts'
import { LOGIN_LIMITS } from './limits.ts'
import { pages } from './page.ts'
import { provider as providerOf } from './provider.ts'
import { refresher as refresherOf } from './refresher.ts'
import { requestSessions } from './request-sessions.ts'
import { backchannelRoute } from './routes/backchannel.ts'
import { callbackRoute } from './routes/callback.ts'
import { loginRoute } from './routes/login.ts'
import { logoutRoutes } from './routes/logout.ts'
import { sessionTicketRoute } from './routes/session-ticket.ts'
import { sessionCookie } from './session-cookie.ts'
import { type SessionSource, sessionSource } from './session-source.ts'
import { sessionTickets } from './session-tickets.ts'
import { type LoginOptions, type Settings, settle } from './settings.ts'
import { startSignIn } from './sign-in.ts'
import { transactionCookies } from './transaction-cookies.ts'

declare module 'fastify' {
  interface FastifyInstance {
    login: Login
  }
}

export interface Login {
  /** What `loginSession` stands for. */
  readonly session: SessionSource
}

/**
 * Redirect sign-in for a Fastify web app: adds `/login`, `/login/callback`, `/logout`, `/login/backchannel` and
 * `/login/session-ticket` (all public), `request.person` and `app.login.session`. Throws `InputError` when an option is wrong.
 */
export const login = fp(
  async (app: FastifyInstance, options: LoginOptions) => {
    const settings = settle(options)
    const parts = await assemble(settings)
    app.decorate('login', { session: parts.source })
    app.decorateRequest('person')
    app.addHook('onRequest', async (request) => {
      await parts.sessions.load(request)
    })
    app.addHook('onSend', async (request, reply) => {
      await parts.sessions.finish(request, reply)
      keepOutOfCaches(request, reply)
    })
    await app.register((scope, _options, done) => {
      acceptFormsOnly(scope)
      loginRoute(scope, parts)
      callbackRoute(scope, parts)
      logoutRoutes(scope, parts)
      backchannelRoute(scope, parts)
      sessionTicketRoute(scope, parts)
      done()
    })
  },
  { name: '@latchkey/login', fastify: '5.x' },
)

async function assemble(settings: Settings) {
  const { clock, cookieName, cookieSecrets, issuer, clientId } = settings
  const box = (purpose: string) => cookieBox(cookieSecrets, purpose, [issuer, clientId])
  const transactions = transactionCookies(cookieName, await box('transaction'), clock)
  const provider = providerOf(settings)
  const refresher = refresherOf(provider, clock)
  const ended = endedSessions(clock, settings.sessionSeconds)
  const sessions = requestSessions({
    cookie: sessionCookie(cookieName, await box('session'), clock),
    ended,
    refresher,
    clock,
  })
  const sendPage = pages(settings)
  const start = startSignIn({ settings, provider, transactions, sendPage })
  const source = sessionSource({ settings, sessions, refresher, start, sendPage })
  const signOutBox = await box('sign_out')
  const ticketFor = sessionTickets(settings, issuerFetch(issuer, settings.issuerAddress))
  return {
    settings,
    transactions,
    provider,
    ended,
    sessions,
    sendPage,
    start,
    source,
    signOutBox,
    ticketFor,
  }
}

/**
 * After sign-out the back button must show nothing (attack E6). A closed route never says otherwise; a public one that
 * knows the person may, because only its author knows whether the page shows it; but not with a cookie on it.
 */
function keepOutOfCaches(request: FastifyRequest, reply: FastifyReply): void {
  const { public: open } = request.routeOptions.config as { public?: boolean }
  const decided =
    open === true && reply.hasHeader('cache-control') && !reply.hasHeader('set-cookie')
  if (request.person !== undefined && !decided) reply.header('cache-control', 'no-store')
}

/** Our POST routes take forms. What else Fastify parses (`text/plain`!) is refused with 415 (attack E3). */
function acceptFormsOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: LOGIN_LIMITS.formBytes },
    async (_request: FastifyRequest, body: string) => new URLSearchParams(body),
  )
}
