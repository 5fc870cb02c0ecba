/** /admin/v1/services: those that accept access tokens of this issuer. */
import { refuseOwned } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { adminRoute, adminRoutes } from '../framework/admin-route.ts'
import { PAGE_QUERY, type Pages, pageOf } from '../framework/pages.ts'
import { refuseChanged } from '../framework/preconditions.ts'
import { ADMIN_ONLY, EVERY_ROLE } from '../framework/shipped-roles.ts'
import { type RemoveServiceDeps, removeService } from './remove-service.ts'
import {
  AUDIENCE,
  describeService,
  findService,
  NewServiceBody,
  readService,
  refuseIssuer,
  ServiceAnswer,
  ServicePatch,
} from './service-wire.ts'

export interface AdminServicesDeps extends RemoveServiceDeps {
  /** Of the tokens of a service that does not say it: `tokens.access_seconds`. */
  readonly accessTokenSeconds: number
  readonly pages: Pages
}

export function adminServices(deps: AdminServicesDeps) {
  return adminRoutes(
    listServices(deps),
    createService(deps),
    showService(deps),
    changeService(deps),
    removeService(deps),
  )
}

function listServices({ directory, pages }: AdminServicesDeps) {
  return adminRoute({
    method: 'GET',
    path: '/services',
    summary: 'Lists services by audience',
    roles: EVERY_ROLE,
    query: PAGE_QUERY,
    answers: { 200: pageOf('services', ServiceAnswer) },
    async handle(request) {
      const page = pages(request)
      // There are tens or hundreds, and every process has them in memory.
      const all = (await directory.services.list())
        .map((service) => describeService(service))
        .sort(byAudience)
      const begin = all.findIndex(({ audience }) => audience > (page.after ?? ''))
      const services = begin === -1 ? [] : all.slice(begin, begin + page.limit)
      return { services, ...page.next(services, ({ audience }) => audience) }
    },
  })
}

function createService(deps: AdminServicesDeps) {
  return adminRoute({
    method: 'POST',
    path: '/services',
    summary: 'Adds a service',
    roles: ADMIN_ONLY,
    body: NewServiceBody,
    answers: { 201: ServiceAnswer },
    idempotent: true,
    etag: true,
    async handle(request, reply) {
      const { audience, ...given } = request.body
      const service = await deps.recorded(request, 'service.create', async (inside) => {
        if (await inside.services.find(audience)) throw taken(audience)
        await inside.services.save({
          audience,
          name: given.name ?? audience,
          alg: given.alg ?? 'HS256',
          keyGeneration: 1,
          clients: given.clients ?? [],
          accessTokenSeconds: given.access_token_seconds ?? deps.accessTokenSeconds,
          statusList: given.status_list ?? false,
          disabled: false,
        })
        const result = await findService(audience, inside)
        return { target: `service ${audience}`, detail: { name: result.name }, result }
      })
      reply.header('location', `/admin/v1/services/${encodeURIComponent(audience)}`)
      return await reply.code(201).send(describeService(service))
    },
  })
}

function showService({ directory }: AdminServicesDeps) {
  return adminRoute({
    method: 'GET',
    path: '/services/:audience',
    summary: 'Shows a service',
    roles: EVERY_ROLE,
    params: AUDIENCE,
    answers: { 200: ServiceAnswer },
    etag: true,
    handle: async (request) => await readService(request.params.audience, directory),
  })
}

function changeService(deps: AdminServicesDeps) {
  return adminRoute({
    method: 'PATCH',
    path: '/services/:audience',
    summary: 'Changes what is given; a client that is left out of the list loses the feed',
    roles: ADMIN_ONLY,
    params: AUDIENCE,
    body: ServicePatch,
    answers: { 200: ServiceAnswer },
    etag: true,
    conditional: true,
    async handle(request) {
      const { audience } = request.params
      const patch = request.body
      const changed = await deps.recorded(request, 'service.update', async (inside) => {
        const before = await findService(audience, inside)
        refuseChanged(request, await readService(audience, inside))
        await refuseOwned(inside, 'service', audience)
        // A verifier of this API would get the key of every administrator's token; and nobody could go back from another algorithm.
        if (patch.alg !== undefined || patch.clients !== undefined) {
          refuseIssuer(audience, deps.issuer)
        }
        const { catalogue: _, keys: __, ...kept } = before
        await inside.services.save({
          ...kept,
          ...(patch.name !== undefined && { name: patch.name }),
          ...(patch.alg !== undefined && { alg: patch.alg }),
          ...(patch.clients !== undefined && { clients: patch.clients }),
          ...(patch.status_list !== undefined && { statusList: patch.status_list }),
          ...(patch.access_token_seconds !== undefined && {
            accessTokenSeconds: patch.access_token_seconds,
          }),
        })
        const result = await readService(audience, inside)
        return { target: `service ${audience}`, detail: { changed: Object.keys(patch) }, result }
      })
      await deps.openerWatch.look()
      return changed
    },
  })
}

function byAudience(one: { audience: string }, other: { audience: string }): number {
  return one.audience < other.audience ? -1 : 1
}

function taken(audience: string): InputError {
  return new InputError('service-taken', {
    received: audience,
    expected: 'an audience that no service has',
    where: 'audience',
  })
}
