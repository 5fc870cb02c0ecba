/** The issuer is a service like any other: its routes that need a grant stand in a catalogue, too. */
import type { Services } from '@latchkey/directory'
import type { RouteDeclaration } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Opened by a grant at the issuer, also outside of the admin API. */
    granted?: true
  }
}

/** Collects the routes of the issuer that a grant opens, from now on. Called before they are declared. */
export function ownRoutes(app: FastifyInstance): readonly RouteDeclaration[] {
  const routes: RouteDeclaration[] = []
  app.addHook('onRoute', ({ method, url, config }) => {
    if (!config?.admin && !config?.granted) return
    for (const one of [method].flat()) {
      // HEAD needs GET (packages/permissions/README.md).
      if (one !== 'HEAD') routes.push({ method: one, pattern: url, public: false })
    }
  })
  return routes
}

/** Says which routes this version has, when all of them are declared. Nothing is written when that is known. */
export async function publishOwnRoutes(
  routes: readonly RouteDeclaration[],
  {
    issuer,
    services,
  }: { readonly issuer: string; readonly services: Pick<Services, 'publishRoutes'> },
): Promise<void> {
  await services.publishRoutes(issuer, routes)
}
