/** GET /: who is signed in here, what they have allowed which apps, and the way out of both. */
import type { Clients, Consents, Services, Users } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { PageLocale } from '../http/page-locale.ts'
import { type AllowedApp, homePage } from '../pages/home-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'

export interface HomeDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'sessions'>
  readonly users: Pick<Users, 'find'>
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly consents: Pick<Consents, 'list'>
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
      const account = active.session.sid
      return await reply.send(
        homePage({
          locale,
          user: { username: user.username, name: user.name },
          signOut: { action: `${deps.issuer}/logout/confirm`, hidden: { csrf, account } },
          apps: await allowedApps(user.sub, deps),
          withdraw: { action: `${deps.issuer}/withdraw`, hidden: { csrf, account } },
        }),
      )
    })
  }
}

async function allowedApps(sub: string, deps: HomeDeps): Promise<AllowedApp[]> {
  const consents = await deps.consents.list(sub)
  return await Promise.all(
    consents.map(async ({ clientId, granted, audiences }) => ({
      clientId,
      name: (await deps.clients.find(clientId))?.name ?? clientId,
      scopes: granted,
      services: await Promise.all(
        audiences.map(async (audience) => (await deps.services.find(audience))?.name ?? audience),
      ),
    })),
  )
}
