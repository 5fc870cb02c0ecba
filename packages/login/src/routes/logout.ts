/** GET and POST /logout: OpenID Connect RP-Initiated Logout 1.0 section 2. */
import { nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CookieBox } from '../cookie-box.ts'
import { isSameOriginLink, isSameOriginPost } from '../fetch-metadata.ts'
import { IssuerUnavailable } from '../issuer-unavailable.ts'
import type { SendPage } from '../page.ts'
import type { Provider } from '../provider.ts'
import type { RequestSessions } from '../request-sessions.ts'
import type { Settings } from '../settings.ts'
import type { TransactionCookies } from '../transaction-cookies.ts'
import { PUBLIC_ROUTE } from './public-route.ts'

export interface LogoutDeps {
  readonly settings: Settings
  readonly provider: Pick<Provider, 'endSessionUrl'>
  readonly sessions: RequestSessions
  readonly transactions: Pick<TransactionCookies, 'forgetAll'>
  /** Seals the `state` that comes back from the issuer when the session is over everywhere. */
  readonly signOutBox: CookieBox
  readonly sendPage: SendPage
}

export function logoutRoutes(scope: FastifyInstance, deps: LogoutDeps): void {
  const { settings, sessions, signOutBox, sendPage } = deps
  const url = settings.paths.logout

  scope.route<{ Querystring: { state?: unknown } }>({
    ...PUBLIC_ROUTE,
    method: 'GET',
    url,
    exposeHeadRoute: false,
    handler: async (request, reply) => {
      const { kind } = await sessions.load(request)
      if (kind === 'living') {
        // A link of another site, an image or a prefetch must not sign anybody out (attack E4).
        if (!isSameOriginLink(request.headers)) return sendPage(request, reply, 'confirmSignOut')
        return signOut(deps, request, reply)
      }
      // The person comes back from the issuer here: this address is the post_logout_redirect_uri.
      const { state } = request.query
      const everywhere = typeof state === 'string' && (await signOutBox.open(state)) !== undefined
      return sendPage(request, reply, everywhere ? 'signedOut' : 'signedOutHere')
    },
  })

  scope.route({
    ...PUBLIC_ROUTE,
    method: 'POST',
    url,
    handler: async (request, reply) => {
      if (!isSameOriginPost(request.headers, settings.baseUrl)) {
        return sendPage(request, reply, 'foreignSignOut')
      }
      return signOut(deps, request, reply)
    },
  })
}

async function signOut(
  { settings, provider, sessions, transactions, signOutBox, sendPage }: LogoutDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const state = await sessions.load(request)
  const idToken = 'session' in state ? state.session.idToken : undefined
  sessions.end(request, reply)
  transactions.forgetAll(request, reply)
  request.log.info('signed out')
  try {
    const location = await provider.endSessionUrl({
      ...(idToken === undefined ? {} : { id_token_hint: idToken }),
      post_logout_redirect_uri: settings.baseUrl + settings.paths.logout,
      state: await signOutBox.seal(String(nowSeconds(settings.clock))),
    })
    if (location === undefined) return sendPage(request, reply, 'signedOutHere')
    // 303: the browser comes to the issuer with GET, and without the body of our form.
    return reply.code(303).headers({ location, 'cache-control': 'no-store' }).send()
  } catch (error) {
    if (!(error instanceof IssuerUnavailable)) throw error
    request.log.warn({ reason: error.reason }, 'signed out here only: issuer unavailable')
    const { retryAfterSeconds } = error
    return sendPage(request, reply, 'signOutUnfinished', { retryAfterSeconds })
  }
}
