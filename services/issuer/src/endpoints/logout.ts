/** GET and POST /logout: OpenID Connect RP-Initiated Logout 1.0. Without proof that an app asked, the person is asked. */
import type { Users } from '@latchkey/directory'
import { nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { End } from '../ending/end.ts'
import { asNavigation } from '../http/as-navigation.ts'
import { type Parameters, parseParameters, queryOf } from '../http/parameters.ts'
import { firstAttempts } from '../logout/first-attempts.ts'
import { frontChannelFrames } from '../logout/front-channel.ts'
import {
  type LogoutRequest,
  type LogoutRequestDeps,
  readLogoutRequest,
} from '../logout/logout-request.ts'
import { orNothing, type SignedOutDeps, sendSignedOut } from '../logout/send-signed-out.ts'
import type { SignedOutCookie } from '../logout/signed-out-cookie.ts'
import { confirmSignOutPage } from '../pages/confirm-sign-out-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { signedOutPage } from '../pages/signed-out-page.ts'
import {
  type BrowserSession,
  findBrowserSessions,
  keepInCookie,
} from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'

export interface LogoutDeps extends LogoutRequestDeps, SignedOutDeps {
  readonly users: Pick<Users, 'find'>
  readonly store: Pick<Store, 'sessions' | 'outbox'>
  readonly end: End
  readonly csrf: Csrf
  readonly signedOut: SignedOutCookie
  readonly locale: PageLocale
}

/** One request of a browser, and what it is about. */
interface Flow {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly asked: LogoutRequest
  /** Living ones of this browser, the one used last in front. */
  readonly sessions: readonly BrowserSession[]
  /** The one of them that is to end. */
  readonly session: SessionRecord | undefined
}

/** Time for the apps in the frames to load before the browser goes on. */
const FRAMES_SECONDS = 2

export function logout(deps: LogoutDeps) {
  return async (app: FastifyInstance) => {
    app.get('/logout', async (request, reply) => {
      const query = queryOf(request.url)
      const flow = await readFlow(query, request, reply, deps)
      // Where nobody is signed in there is nothing to ask: what is left to end is named by the hint, or is nothing.
      const isProven = flow.sessions.length === 0 || flow.asked.hint?.sid === flow.session?.sid
      return isProven ? await signOut(flow, deps) : await confirm(query, flow, deps)
    })
    app.post<{ Body: Parameters }>('/logout', async (request, reply) => {
      return await reply.redirect(asNavigation(`${deps.issuer}/logout`, request.body), 303)
    })
    app.post<{ Body: Parameters }>('/logout/confirm', async (request, reply) => {
      const query = request.body.get('request') ?? ''
      const flow = await readFlow(query, request, reply, deps)
      if (!deps.csrf.check(request, request.body.get('csrf'))) {
        return await confirm(query, flow, deps)
      }
      const account = request.body.get('account')
      return await signOut(account === undefined ? flow : choose(account, flow), deps)
    })
  }
}

async function readFlow(
  query: string,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: LogoutDeps,
): Promise<Flow> {
  const asked = await readLogoutRequest(parseParameters(query), deps)
  const sessions = await findBrowserSessions(request, reply, deps)
  const hinted = sessions.find(({ session }) => session.sid === asked.hint?.sid)
  return { request, reply, asked, sessions, session: (hinted ?? sessions[0])?.session }
}

/** The session that the form showed, and no other one: it may have ended since in another window. */
function choose(sid: string, flow: Flow): Flow {
  return { ...flow, session: flow.sessions.find((one) => one.session.sid === sid)?.session }
}

async function signOut(flow: Flow, deps: LogoutDeps): Promise<FastifyReply> {
  const { request, reply, asked, sessions, session } = flow
  const others = sessions.filter((one) => one.session.sid !== session?.sid)
  // Of a browser that has lost its cookie, the hint names the session.
  const target = session ?? (sessions.length === 0 ? await hintedSession(asked, deps) : undefined)
  if (target) {
    const { sid, sub } = target
    const clientId = asked.client?.id
    const actor = { sub, sid, ...(clientId !== undefined && { clientId }) }
    await deps.end({ kind: 'session', sid }, 'sign_out', actor)
  }
  keepInCookie(reply, others)
  const { returnTo } = asked
  // What apps there were is shown to nobody but the browser that had the session.
  const frames = session ? await orNothing(() => frontChannelFrames(session, deps)) : []
  if (returnTo !== undefined && frames.length === 0) return await reply.redirect(returnTo, 303)
  const locale = deps.locale(request, asked.uiLocales)
  const page = { locale, hasOthers: others.length > 0, frames }
  if (returnTo !== undefined) {
    const next = { url: returnTo, afterSeconds: FRAMES_SECONDS }
    return await reply
      .headers(pageHeaders({ frames }))
      .send(signedOutPage({ ...page, returnTo, next }))
  }
  if (!session) return await sendSignedOut(reply, page, async () => [], deps)
  deps.signedOut.write(reply, session.sid)
  return await sendSignedOut(reply, page, () => firstAttempts(session.sid, deps.store.outbox), deps)
}

/** Only one that the client of the hint has tokens of: who has an ID token signed with its own secret could name any other. */
async function hintedSession(
  { hint }: LogoutRequest,
  deps: LogoutDeps,
): Promise<SessionRecord | undefined> {
  if (hint?.sid === undefined) return undefined
  const found = await deps.store.sessions.find(hint.sid, nowSeconds(deps.clock))
  return found?.session.clients.includes(hint.clientId) ? found.session : undefined
}

async function confirm(query: string, flow: Flow, deps: LogoutDeps): Promise<FastifyReply> {
  const { request, reply, asked, session } = flow
  const csrf = deps.csrf.issue(request, reply)
  const account = session?.sid
  // Without SQL nobody has a name, and can sign out all the same.
  const [user] = session ? await orNothing(async () => [await deps.users.find(session.sub)]) : []
  const { returnTo } = asked
  return await reply
    .headers(pageHeaders({ formAction: returnTo === undefined ? [] : [returnTo] }))
    .send(
      confirmSignOutPage({
        locale: deps.locale(request, asked.uiLocales),
        action: `${deps.issuer}/logout/confirm`,
        hidden: { csrf, request: query, ...(account !== undefined && { account }) },
        ...(asked.client && { clientName: asked.client.name }),
        ...(user && { user }),
      }),
    )
}
