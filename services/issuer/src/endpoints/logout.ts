/** GET and POST /logout: OpenID Connect RP-Initiated Logout 1.0. Without proof that an app asked, the person is asked. */
import type { Client, Clients } from '@latchkey/directory'
import { type Clock, LIMITS, OAuthError, StoreUnavailable } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { End } from '../end.ts'
import { asNavigation } from '../http/as-navigation.ts'
import type { PageLocale } from '../http/page-locale.ts'
import { bounded, type Parameters, parseParameters, queryOf } from '../http/parameters.ts'
import type { IdTokenHint, IdTokenHints } from '../id-token-hint.ts'
import type { Locale } from '../pages/locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { confirmSignOutPage, signedOutPage } from '../pages/session-pages.ts'
import {
  type BrowserSession,
  findBrowserSessions,
  keepInCookie,
} from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'

export interface LogoutDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly hints: IdTokenHints
  readonly store: Pick<Store, 'sessions'>
  readonly end: End
  readonly csrf: Csrf
  readonly locale: PageLocale
  readonly clock: Clock
}

/** The request after its own checks: whom it comes from and where the person may be sent afterwards. */
interface LogoutRequest {
  readonly hint: IdTokenHint | undefined
  readonly client: Client | undefined
  readonly returnTo: string | undefined
  readonly locale: Locale
}

export function logout(deps: LogoutDeps) {
  return async (app: FastifyInstance) => {
    app.get('/logout', async (request, reply) => {
      return await answer(request, reply, deps)
    })
    app.post<{ Body: Parameters }>('/logout', async (request, reply) => {
      return await reply.redirect(asNavigation(`${deps.issuer}/logout`, request.body), 303)
    })
    app.post<{ Body: Parameters }>('/logout/confirm', async (request, reply) => {
      const query = request.body.get('request') ?? ''
      const asked = await readRequest(parseParameters(query), request, deps)
      const sessions = await findBrowserSessions(request, reply, deps)
      if (!deps.csrf.check(request, request.body.get('csrf'))) {
        return confirm(query, asked, request, reply, deps)
      }
      return await signOut(sessions, asked, reply, deps)
    })
  }
}

async function answer(request: FastifyRequest, reply: FastifyReply, deps: LogoutDeps) {
  const query = queryOf(request.url)
  const asked = await readRequest(parseParameters(query), request, deps)
  const sessions = await findBrowserSessions(request, reply, deps)
  // Where nobody is signed in there is nothing to ask: what is left to end is named by the hint, or is nothing.
  const isProven = sessions.length === 0 || hinted(asked.hint, sessions) !== undefined
  return isProven
    ? await signOut(sessions, asked, reply, deps)
    : confirm(query, asked, request, reply, deps)
}

/** The session of this browser that the hint names. */
function hinted(
  hint: IdTokenHint | undefined,
  sessions: readonly BrowserSession[],
): SessionRecord | undefined {
  return sessions.find(({ session }) => hint?.sid === session.sid)?.session
}

/** Section 2: faults are pages; a redirect needs a valid hint and a URI that is registered to the letter. */
async function readRequest(
  parameters: Parameters,
  request: FastifyRequest,
  deps: LogoutDeps,
): Promise<LogoutRequest> {
  const hintText = bounded(parameters, 'id_token_hint', LIMITS.tokenBytes)
  const hint = hintText === undefined ? undefined : await deps.hints.read(hintText)
  if (hintText !== undefined && hint === undefined) {
    throw new OAuthError('invalid_request', 'id_token_hint_invalid')
  }
  const clientId = bounded(parameters, 'client_id', LIMITS.clientIdChars)
  if (hint && clientId !== undefined && clientId !== hint.clientId) {
    throw new OAuthError('invalid_request', 'client_id_differs_from_hint')
  }
  const found = await findClient(hint?.clientId ?? clientId, deps)
  const client = found === 'unavailable' ? undefined : found
  return {
    hint,
    client,
    returnTo: found === 'unavailable' ? undefined : returnAddress(parameters, hint, found),
    locale: deps.locale(request, bounded(parameters, 'ui_locales', 256)),
  }
}

async function findClient(
  id: string | undefined,
  deps: LogoutDeps,
): Promise<Client | 'unavailable' | undefined> {
  if (id === undefined) return undefined
  try {
    const client = await deps.clients.find(id)
    if (!client) throw new OAuthError('invalid_request', 'client_unknown')
    return client
  } catch (error) {
    // While SQL is away signing out goes on (DESIGN section 7); only the way back to the app is unproven then.
    if (error instanceof StoreUnavailable) return 'unavailable'
    throw error
  }
}

function returnAddress(
  parameters: Parameters,
  hint: IdTokenHint | undefined,
  client: Client | undefined,
): string | undefined {
  const uri = bounded(parameters, 'post_logout_redirect_uri', LIMITS.uriChars)
  if (uri === undefined) return undefined
  if (!client?.postLogoutRedirectUris.includes(uri)) {
    throw new OAuthError('invalid_request', 'post_logout_redirect_uri_mismatch')
  }
  // Registered, but unproven: the person gets our page and is not sent anywhere (section 3).
  if (!hint) return undefined
  const state = bounded(parameters, 'state', LIMITS.stateChars)
  if (state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`
}

/** The hinted session of this browser, or the one used last; of a browser that has lost its cookie, what the hint names. */
async function signOut(
  sessions: readonly BrowserSession[],
  asked: LogoutRequest,
  reply: FastifyReply,
  deps: LogoutDeps,
) {
  const session = hinted(asked.hint, sessions) ?? sessions[0]?.session
  const target = session?.sid ?? asked.hint?.sid
  if (target !== undefined) {
    const sub = session?.sub ?? asked.hint?.sub ?? 'issuer'
    const clientId = asked.client?.id
    await deps.end({ kind: 'session', sid: target }, 'sign_out', {
      sub,
      sid: target,
      ...(clientId !== undefined && { clientId }),
    })
  }
  keepInCookie(
    reply,
    sessions.filter((one) => one.session.sid !== target),
  )
  if (asked.returnTo !== undefined) {
    return await reply.redirect(asked.returnTo, 303)
  }
  return await reply.headers(pageHeaders()).send(signedOutPage({ locale: asked.locale }))
}

function confirm(
  query: string,
  asked: LogoutRequest,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: LogoutDeps,
) {
  const csrf = deps.csrf.issue(request, reply)
  return reply
    .headers(pageHeaders({ formAction: asked.returnTo === undefined ? [] : [asked.returnTo] }))
    .send(
      confirmSignOutPage({
        locale: asked.locale,
        action: `${deps.issuer}/logout/confirm`,
        hidden: { csrf, request: query },
        ...(asked.client && { clientName: asked.client.name }),
      }),
    )
}
