/** GET /: who is signed in here, what one of them has allowed which apps, and the way out of both. */
import type { Clients, Consents, Services, Users } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { ONE_TIME_CODE_PATH } from '../account/account-errand.ts'
import { parseParameters, queryOf } from '../http/parameters.ts'
import { type AllowedApp, homePage } from '../pages/home-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { accountsOf } from '../sessions/accounts-of.ts'
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
      const sessions = await findBrowserSessions(request, reply, deps)
      const accounts = await accountsOf(sessions, deps)
      const asked = parseParameters(queryOf(request.url)).get('account')
      const shown = accounts.find(({ sid }) => sid === asked) ?? accounts[0]
      const locale = deps.locale(request)
      reply.headers(pageHeaders())
      if (!shown) return await reply.send(homePage({ locale }))
      const hidden = { csrf: deps.csrf.issue(request, reply), account: shown.sid }
      return await reply.send(
        homePage({
          locale,
          user: shown,
          others: accounts.filter((account) => account !== shown),
          signOut: { action: `${deps.issuer}/logout/confirm`, hidden },
          apps: await allowedApps(shown.sub, deps),
          oneTimeCode: {
            href: `${ONE_TIME_CODE_PATH}?account=${shown.sid}`,
            isOn: shown.hasOneTimeCode,
          },
          withdraw: { action: `${deps.issuer}/withdraw`, hidden },
        }),
      )
    })
  }
}

async function allowedApps(sub: string, deps: HomeDeps): Promise<AllowedApp[]> {
  const consents = await deps.consents.list(sub)
  return await Promise.all(
    consents.map(async ({ clientId, granted, audiences, routes }) => ({
      clientId,
      name: (await deps.clients.find(clientId))?.name ?? clientId,
      scopes: granted,
      services: await Promise.all(
        audiences.map(async (audience) => ({
          name: (await deps.services.find(audience))?.name ?? audience,
          routes: routes?.[audience] ?? [],
        })),
      ),
    })),
  )
}
