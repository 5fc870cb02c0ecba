/** /admin/v1/services/:audience/catalogue and /drift: the routes of a service, and where grants have gone apart from them. */
import type { Directory } from '@latchkey/directory'
import { Type } from 'typebox'
import type { KnownVerifiers } from '../../receipts/known-verifiers.ts'
import type { Drift } from '../../rights/drift.ts'
import { driftOf, livingCatalogue } from '../../rights/drift-of.ts'
import { adminRoute, adminRoutes } from '../framework/admin-route.ts'
import { closedObject } from '../framework/closed.ts'
import { PAGE_QUERY, type Pages } from '../framework/pages.ts'
import { EVERY_ROLE } from '../framework/shipped-roles.ts'
import { AUDIENCE, findService } from './service-wire.ts'

export interface AdminServiceRoutesDeps {
  readonly directory: Pick<Directory, 'services'>
  readonly known: Pick<KnownVerifiers, 'all'>
  readonly pages: Pages
}

const RouteAnswer = closedObject(
  {
    number: Type.Integer({ description: 'Its bit in tokens, for ever.' }),
    method: Type.String(),
    pattern: Type.String(),
    current: Type.Boolean({ description: 'A version of the service that is connected has it.' }),
    public: Type.Optional(
      Type.Boolean({ description: 'Absent: it was declared without saying so, and is closed.' }),
    ),
  },
  'Route',
)
const CatalogueAnswer = closedObject({
  hash: Type.String({
    description: 'Of the whole catalogue: `c` of the tokens that are made now.',
  }),
  routes: Type.Array(RouteAnswer),
  next: Type.Optional(Type.String()),
})

/** Most rows of each part of a report: whoever has more begins with these. */
const MOST_ROWS = 500
const Holder = closedObject({
  kind: Type.Enum(['users', 'role', 'group', 'client']),
  id: Type.Optional(Type.String({ description: 'Absent for users with grants of their own.' })),
})
const DriftAnswer = closedObject(
  {
    routes: Type.Integer({ description: 'How many the service has now.' }),
    counts: closedObject({
      unreachable: Type.Integer(),
      gone: Type.Integer(),
      undeclared: Type.Integer(),
      duplicates: Type.Integer(),
    }),
    unreachable: Type.Array(closedObject({ route: Type.String(), holders: Type.Array(Holder) }), {
      description: 'Closed routes that nobody may call; holders of a grant that nobody is.',
    }),
    gone: Type.Array(
      closedObject({
        grant: Type.String(),
        holders: Type.Array(Holder),
        was_route: Type.Boolean({ description: 'An earlier version had such a route.' }),
        nearest: Type.Optional(Type.String({ description: 'The route that was probably meant.' })),
      }),
      { description: 'Grants that cover no route.' },
    ),
    undeclared: Type.Array(Type.String(), {
      description: 'Routes that were declared without saying whether they are public.',
    }),
    duplicates: Type.Array(Type.Array(Type.String()), {
      description: 'Routes that differ in names of parameters only.',
    }),
  },
  'Drift',
)

export function adminServiceRoutes(deps: AdminServiceRoutesDeps) {
  return adminRoutes(showCatalogue(deps), showDrift(deps))
}

function showCatalogue({ directory, known, pages }: AdminServiceRoutesDeps) {
  return adminRoute({
    method: 'GET',
    path: '/services/:audience/catalogue',
    summary: 'Lists the routes that a service has published, by number',
    roles: EVERY_ROLE,
    params: AUDIENCE,
    query: PAGE_QUERY,
    answers: { 200: CatalogueAnswer },
    async handle(request) {
      const { audience } = request.params
      const page = pages(request)
      const { catalogue } = await findService(audience, directory)
      const all = await livingCatalogue(audience, { services: directory.services, known })
      const begin = page.after === undefined ? 0 : Number(page.after) + 1
      const routes = all.slice(begin, begin + page.limit)
      return { hash: catalogue.hash, routes, ...page.next(routes, ({ number }) => `${number}`) }
    },
  })
}

function showDrift({ directory, known }: AdminServiceRoutesDeps) {
  return adminRoute({
    method: 'GET',
    path: '/services/:audience/drift',
    summary: 'Reports where the routes of a service and the grants at it have gone apart',
    roles: EVERY_ROLE,
    params: AUDIENCE,
    answers: { 200: DriftAnswer },
    async handle(request) {
      const { audience } = request.params
      await findService(audience, directory)
      return describeDrift(await driftOf(audience, { services: directory.services, known }))
    },
  })
}

function describeDrift({ routes, unreachable, gone, undeclared, duplicates }: Drift) {
  return {
    routes,
    counts: {
      unreachable: unreachable.length,
      gone: gone.length,
      undeclared: undeclared.length,
      duplicates: duplicates.length,
    },
    unreachable: unreachable.slice(0, MOST_ROWS),
    gone: gone.slice(0, MOST_ROWS).map(({ wasRoute, ...one }) => ({ ...one, was_route: wasRoute })),
    undeclared: undeclared.slice(0, MOST_ROWS),
    duplicates: duplicates.slice(0, MOST_ROWS),
  }
}
