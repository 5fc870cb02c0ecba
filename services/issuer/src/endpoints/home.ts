/** GET /: who is signed in here, and the way out. */
import type { Users } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { PageLocale } from '../http/page-locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { homePage } from '../pages/session-pages.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'

export interface HomeDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'sessions'>
  readonly users: Pick<Users, 'find'>
  readonly csrf: Csrf
  readonly locale: PageLocale
  readonly clock: Clock
}

export function home(deps: HomeDeps) {
  return async (app: FastifyInstance) => {
    app.get('/', async (request, reply) => {
      const [active] = await findBrowserSessions(request, reply, deps)
      const user = active && (await deps.users.find(active.session.sub))
      const locale = deps.locale(request)
      reply.headers(pageHeaders())
      if (!user) return await reply.send(homePage({ locale }))
      const csrf = deps.csrf.issue(request, reply)
      return await reply.send(
        homePage({
          locale,
          user: { username: user.username, name: user.name },
          signOut: { action: `${deps.issuer}/logout/confirm`, hidden: { csrf } },
        }),
      )
    })
  }
}
