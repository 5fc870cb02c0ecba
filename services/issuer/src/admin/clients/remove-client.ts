/** DELETE /admin/v1/clients/:id: nothing of it lives on, and its id is never given again. */
import { type Client, refuseOwned } from '@latchkey/directory'
import { type Actor, InputError } from '@latchkey/protocol'
import { keepBuiltIn } from '../../cluster/built-in.ts'
import { actorOf } from '../actor.ts'
import { clientDisabled } from '../client-state.ts'
import { adminRoute } from '../framework/admin-route.ts'
import { refuseChanged } from '../framework/preconditions.ts'
import { ADMIN_ONLY } from '../framework/shipped-roles.ts'
import { type AdminClientsDeps, findClient, rightsBehind } from './client-deps.ts'
import { ClientId } from './client-schemas.ts'
import { describeClient } from './client-wire.ts'

export function removeClient(deps: AdminClientsDeps) {
  return adminRoute({
    method: 'DELETE',
    path: '/clients/:id',
    summary: 'Removes a client and ends everything that it was given',
    roles: ADMIN_ONLY,
    params: { id: ClientId },
    answers: { 204: null },
    conditional: true,
    async handle(request, reply) {
      const { id } = request.params
      keepBuiltIn(deps.issuer, id)
      refuseOwn(id, actorOf(request))
      // First the state, then the end, then the rest: whoever hears of a fault in between can ask again.
      await deps.recorded(request, 'client.disable', async (inside) => {
        const client = await findClient(id, inside)
        refuseChanged(request, describeClient(client, await inside.owned.find('client', id)))
        await refuseOwned(inside, 'client', id)
        await deps.refuseMoreThanOwn(request, rightsBehind(client, deps), inside)
        await refuseUsed(client, inside)
        await inside.clients.setDisabled(id, true)
        const detail = { name: client.name }
        return { target: `client ${id}`, detail, ends: [clientDisabled(id)], result: undefined }
      })
      await deps.recorded(request, 'client.delete', async (inside) => {
        const { name, disabled } = await findClient(id, inside)
        if (!disabled) throw enabledMeanwhile(id)
        await inside.clients.remove(id)
        await inside.owned.release('client', id)
        return { target: `client ${id}`, detail: { name }, result: undefined }
      })
      return await reply.code(204).send()
    },
  })
}

/** It could not hear the answer. */
function refuseOwn(id: string, { clientId }: Actor): void {
  if (clientId !== id) return
  throw new InputError('client-own', {
    received: `${id}, by which you ask`,
    expected: 'another client',
  })
}

/** Somebody else has let it in again: what it may have got since was not ended. */
function enabledMeanwhile(id: string): InputError {
  return new InputError('client-enabled', {
    received: `${id}, enabled by somebody in this moment`,
    expected: 'a client that stays disabled while being removed: agree, and ask again',
  })
}

/** A service without credentials closes within a lease, for everybody. */
async function refuseUsed(
  { id }: Client,
  { services }: Pick<AdminClientsDeps['directory'], 'services'>,
): Promise<void> {
  const using = (await services.list()).filter(({ clients }) => clients.includes(id))
  if (using.length === 0) return
  const names = using.map(({ audience }) => audience).slice(0, 5)
  throw new InputError('client-in-use', {
    received: `${id}, which opens the feed of ${names.join(', ')}`,
    expected: 'a client that is in the clients of no service',
  })
}
