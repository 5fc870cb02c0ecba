/** GET /logout/status: how far the apps are, for the browser that has just signed out. */
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type SignedOutDeps, sendSignedOut } from '../logout/send-signed-out.ts'
import type { SignedOutCookie } from '../logout/signed-out-cookie.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'

export interface LogoutStatusDeps extends SignedOutDeps {
  readonly store: Pick<Store, 'sessions' | 'outbox'>
  readonly signedOut: SignedOutCookie
  readonly locale: PageLocale
}

export function logoutStatus(deps: LogoutStatusDeps) {
  return async (app: FastifyInstance) => {
    app.get('/logout/status', async (request, reply) => {
      const sid = deps.signedOut.read(request)
      // Nothing is known of this browser's sign-outs; the home page says who is signed in here.
      if (sid === undefined) return await reply.redirect(`${deps.issuer}/`, 303)
      const others = await findBrowserSessions(request, reply, deps)
      const page = { locale: deps.locale(request), hasOthers: others.length > 0 }
      return await sendSignedOut(reply, page, () => deps.store.outbox.ofSession(sid), deps)
    })
  }
}
