/** /admin/v1/clients: the apps and machines that the issuer knows. */
import type { Client, NewClient } from '@latchkey/directory'
import { refuseOwned } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { refuseClientOverBudget } from '../../rights/token-budget.ts'
import { adminRoute, adminRoutes } from '../framework/admin-route.ts'
import { mergePatch } from '../framework/merge-patch.ts'
import { PAGE_QUERY, pageOf } from '../framework/pages.ts'
import { refuseChanged } from '../framework/preconditions.ts'
import { ADMIN_ONLY, EVERY_ROLE } from '../framework/shipped-roles.ts'
import { staleEnds } from '../rights-change.ts'
import { type AdminClientsDeps, findClient, newSecret, rightsBehind } from './client-deps.ts'
import {
  ChangedClientAnswer,
  ClientAnswer,
  ClientId,
  ClientPatch,
  NewClientBody,
} from './client-schemas.ts'
import { clientSecretRoutes } from './client-secrets.ts'
import { staleAfter } from './client-stale.ts'
import { type ClientWire, describeClient, inWireNames, readClient } from './client-wire.ts'
import { removeClient } from './remove-client.ts'

const ID = { id: ClientId }

export function adminClients(deps: AdminClientsDeps) {
  return adminRoutes(
    listClients(deps),
    createClient(deps),
    showClient(deps),
    changeClient(deps),
    removeClient(deps),
    ...clientSecretRoutes(deps),
  )
}

function listClients({ directory, pages }: AdminClientsDeps) {
  return adminRoute({
    method: 'GET',
    path: '/clients',
    summary: 'Lists apps and machines',
    roles: EVERY_ROLE,
    query: PAGE_QUERY,
    answers: { 200: pageOf('clients', ClientAnswer) },
    async handle(request) {
      const page = pages(request)
      const { limit, after } = page
      const clients = await directory.clients.page({
        limit,
        ...(after !== undefined && { after }),
      })
      return {
        clients: clients.map((client) => describeClient(client)),
        ...page.next(clients, ({ id }) => id),
      }
    },
  })
}

function createClient(deps: AdminClientsDeps) {
  return adminRoute({
    method: 'POST',
    path: '/clients',
    summary: 'Adds a client; its secret is shown in this answer only',
    roles: ADMIN_ONLY,
    body: NewClientBody,
    answers: { 201: ChangedClientAnswer },
    idempotent: true,
    async handle(request, reply) {
      const { client_id: id, ...wire } = request.body as ClientWire & { client_id: string }
      const wanted = readClient(id, wire)
      const secret = newSecret(deps)
      const client = await deps.recorded(request, 'client.create', async (inside) => {
        if (await inside.clients.find(id)) throw taken(id)
        const created = await save(inside, { ...wanted, ...(isSecret(wanted) && { secret }) })
        await deps.refuseMoreThanOwn(request, rightsBehind(created, deps), inside)
        await refuseClientOverBudget(inside, created, deps.issuer)
        return { target: `client ${id}`, detail: { name: created.name }, result: created }
      })
      reply.header('location', `/admin/v1/clients/${encodeURIComponent(id)}`)
      return await reply.code(201).send(withSecret(client, isSecret(wanted) ? secret : undefined))
    },
  })
}

function showClient({ directory }: AdminClientsDeps) {
  return adminRoute({
    method: 'GET',
    path: '/clients/:id',
    summary: 'Shows a client',
    roles: EVERY_ROLE,
    params: ID,
    answers: { 200: ClientAnswer },
    etag: true,
    async handle(request) {
      const { id } = request.params
      return describeClient(
        await findClient(id, directory),
        await directory.owned.find('client', id),
      )
    },
  })
}

function changeClient(deps: AdminClientsDeps) {
  return adminRoute({
    method: 'PATCH',
    path: '/clients/:id',
    summary: 'Changes what is given; null takes a member back to its default',
    roles: ADMIN_ONLY,
    params: ID,
    body: ClientPatch,
    answers: { 200: ChangedClientAnswer },
    conditional: true,
    async handle(request) {
      const { id } = request.params
      const patch = request.body as ClientWire
      const secret = newSecret(deps)
      const change = await deps.recorded(request, 'client.update', async (inside) => {
        const before = await findClient(id, inside)
        const known = describeClient(before, await inside.owned.find('client', id))
        refuseChanged(request, known)
        await refuseOwned(inside, 'client', id)
        await deps.refuseMoreThanOwn(request, rightsBehind(before, deps), inside)
        const wanted = readClient(id, mergePatch(known, patch))
        // One that has authenticated otherwise needs its first secret; all others keep those that they have.
        const needsSecret = isSecret(wanted) && before.secrets.length === 0
        const after = await save(inside, {
          ...wanted,
          ...hidden(before),
          ...(needsSecret && { secret }),
        })
        await deps.refuseMoreThanOwn(request, rightsBehind(after, deps), inside)
        await refuseClientOverBudget(inside, after, deps.issuer)
        const detail = { changed: Object.keys(patch) }
        const ends = staleEnds(staleAfter(before, after))
        return { target: `client ${id}`, detail, ends, result: { after, needsSecret } }
      })
      await deps.openerWatch.look()
      return withSecret(change.after, change.needsSecret ? secret : undefined)
    },
  })
}

async function save(
  { clients }: Pick<AdminClientsDeps['directory'], 'clients'>,
  client: NewClient,
): Promise<Client> {
  return await inWireNames(() => clients.save(client))
}

/** What nobody changes here. */
function hidden({ disabled, registrationTokenHash }: Client) {
  return { disabled, ...(registrationTokenHash !== undefined && { registrationTokenHash }) }
}

/** That of a settings file: RFC 7591 section 2. */
function isSecret({ authMethod = 'client_secret_basic' }: Pick<NewClient, 'authMethod'>): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
}

function withSecret(client: Client, secret: string | undefined) {
  const [newest] = client.secrets
  return {
    ...describeClient(client),
    ...(secret !== undefined && newest && { secret_id: newest.id, client_secret: secret }),
  }
}

function taken(id: string): InputError {
  return new InputError('client-taken', {
    received: id,
    expected: 'an id that no client has',
    where: 'client_id',
  })
}
