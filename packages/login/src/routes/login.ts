/** GET /login: begins a sign-in. OpenID Connect Core section 3.1.2.1. */
import type { FastifyInstance } from 'fastify'
import { deepLink } from '../deep-link.ts'
import type { Settings } from '../settings.ts'
import type { StartSignIn } from '../sign-in.ts'
import { PUBLIC_ROUTE } from './public-route.ts'

interface LoginDeps {
  readonly settings: Settings
  readonly start: StartSignIn
}

export function loginRoute(scope: FastifyInstance, { settings, start }: LoginDeps): void {
  const { paths } = settings
  scope.route<{ Querystring: { next?: unknown } }>({
    ...PUBLIC_ROUTE,
    method: 'GET',
    url: paths.login,
    // HEAD would begin sign-ins that nobody finishes.
    exposeHeadRoute: false,
    handler: (request, reply) =>
      start(request, reply, {
        next: deepLink(request.query.next, [paths.login, paths.logout]),
        repeated: false,
      }),
  })
}
