import { InputError, type RouteDeclaration } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'

/** A route of this service and whether it is open to everybody. */
export interface CatalogueRoute extends RouteDeclaration {
  readonly public: boolean
}

/** The routes of a service, as its router knows them (packages/permissions/README.md). */
export interface RouteCatalogue {
  add(methods: readonly string[], pattern: string, isPublic: boolean): void
  list(): readonly CatalogueRoute[]
}

export function routeCatalogue(): RouteCatalogue {
  const routes = new Map<string, CatalogueRoute>()
  return {
    add(methods, pattern, isPublic) {
      for (const method of methods) {
        // HEAD needs GET (packages/permissions/README.md), so no grant ever names it. Most are added by Fastify itself.
        if (method === 'HEAD') continue
        // Routes that differ only in their constraints (host, version) are one route to a grant. It counts as public only
        // when all of them are.
        const known = routes.get(`${method} ${pattern}`)
        const isOpen = isPublic && known?.public !== false
        routes.set(`${method} ${pattern}`, { method, pattern, public: isOpen })
      }
    },
    list: () => [...routes.values()],
  }
}

/**
 * Refuses to begin when the plug-in would not see everything: below the root its hook would guard one branch only, and
 * routes that were declared before it would be missing in the catalogue.
 */
export function assertFirst(app: FastifyInstance): void {
  // Fastify builds each encapsulated instance with its parent as prototype; only the root has none.
  if (Object.getPrototypeOf(app) !== Object.prototype) {
    throw new InputError('plugin-place', {
      received: 'an encapsulated instance',
      expected: 'the root instance of Fastify',
      where: 'register(latchkey)',
    })
  }
  // OPTIONS may come first: @fastify/cors has to stand before the plug-in, so that refusals carry its headers, and it
  // declares `OPTIONS *`. That route is guarded like every other one.
  const early = app.supportedMethods.filter(
    (method) => method !== 'OPTIONS' && app.printRoutes({ method }) !== '(empty tree)',
  )
  if (early.length === 0) return
  throw new InputError('plugin-order', {
    received: `routes declared before it (${early.join(', ')})`,
    expected: '`await app.register(latchkey, …)` before the first route',
    where: 'register(latchkey)',
  })
}
