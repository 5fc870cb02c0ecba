/** /admin/v1/clients/:id/secrets: the next secret of a client, and the end of the one before. docs/operate/clients-and-services.md. */
import { nowSeconds } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute } from '../framework/admin-route.ts'
import { closedObject } from '../framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from '../framework/shipped-roles.ts'
import { type AdminClientsDeps, findClient, newSecret, rightsBehind } from './client-deps.ts'
import { ClientId, NewSecretAnswer, SecretAnswer } from './client-schemas.ts'

const ID = { id: ClientId }
const SECRET_ID = { ...ID, secret_id: Type.String({ pattern: '^[1-9]\\d{0,14}$' }) }

export function clientSecretRoutes(deps: AdminClientsDeps) {
  return [listSecrets(deps), addSecret(deps), endSecret(deps)]
}

function listSecrets({ directory }: AdminClientsDeps) {
  return adminRoute({
    method: 'GET',
    path: '/clients/:id/secrets',
    summary: 'Lists the secrets of a client that are good, newest first, without the secrets',
    roles: EVERY_ROLE,
    params: ID,
    answers: { 200: closedObject({ secrets: Type.Array(SecretAnswer) }) },
    async handle(request) {
      const client = await findClient(request.params.id, directory)
      const secrets = directory.clientSecrets.live(client).map((secret) => ({
        secret_id: secret.id,
        created_at: secret.createdAt,
        ...(secret.expiresAt !== undefined && { expires_at: secret.expiresAt }),
        ...(secret.lastUsedAt !== undefined && { last_used_at: secret.lastUsedAt }),
        opens_feeds: secret.sealed !== undefined,
      }))
      return { secrets }
    },
  })
}

function addSecret(deps: AdminClientsDeps) {
  return adminRoute({
    method: 'POST',
    path: '/clients/:id/secrets',
    summary: 'Makes one more secret, which is shown in this answer only; two are good at a time',
    roles: ADMIN_ONLY,
    params: ID,
    answers: { 201: NewSecretAnswer },
    idempotent: true,
    async handle(request, reply) {
      const { id } = request.params
      const secret = newSecret(deps)
      const added = await deps.recorded(request, 'client.secret_add', async (inside) => {
        const client = await findClient(id, inside)
        await deps.refuseMoreThanOwn(request, rightsBehind(client, deps), inside)
        const result = await inside.clientSecrets.add(id, secret)
        return { target: `client ${id}`, detail: { secret_id: result.id }, result }
      })
      return await reply
        .code(201)
        .send({ secret_id: added.id, client_secret: secret, created_at: added.createdAt })
    },
  })
}

function endSecret(deps: AdminClientsDeps) {
  return adminRoute({
    method: 'DELETE',
    path: '/clients/:id/secrets/:secret_id',
    summary: 'Ends a secret, at once or at a second; feeds that it has opened end with it',
    roles: ADMIN_ONLY,
    params: SECRET_ID,
    query: {
      at: Type.Optional(
        Type.String({
          pattern: '^\\d{1,11}$',
          description: 'First second in which it is good for nothing; by default now.',
        }),
      ),
    },
    answers: { 204: null },
    async handle(request, reply) {
      const { id, secret_id } = request.params
      const at = Number(request.query.at ?? nowSeconds(deps.clock))
      await deps.recorded(request, 'client.secret_end', async (inside) => {
        const client = await findClient(id, inside)
        await deps.refuseMoreThanOwn(request, rightsBehind(client, deps), inside)
        await inside.clientSecrets.end(id, Number(secret_id), at)
        const detail = { secret_id: Number(secret_id), at }
        return { target: `client ${id}`, detail, result: undefined }
      })
      await deps.openerWatch.look()
      return await reply.code(204).send()
    },
  })
}
