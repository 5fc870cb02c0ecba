/** /admin/v1/clients/:id/…: keeps an app or a machine out, and ends everything that it was given. */
import { InputError, LIMITS } from '@latchkey/protocol'
import { Type } from 'typebox'
import { actorOf } from './actor.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'

export interface AdminClientStateDeps {
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const ID = { id: Type.String({ minLength: 1, maxLength: LIMITS.clientIdChars }) }

export function adminClientState(deps: AdminClientStateDeps) {
  return adminRoutes(setDisabled('disable', deps), setDisabled('enable', deps))
}

function setDisabled(action: 'disable' | 'enable', deps: AdminClientStateDeps) {
  const disabled = action === 'disable'
  return adminRoute({
    method: 'POST',
    path: `/clients/:id/${action}`,
    summary: disabled
      ? 'Keeps a client out and ends what it was given'
      : 'Lets a disabled client in again',
    roles: ADMIN_ONLY,
    params: ID,
    answers: { 204: null },
    async handle(request, reply) {
      const { id } = request.params
      if (disabled && actorOf(request).clientId === id) throw ownClient(id)
      const ends = disabled ? [clientDisabled(id)] : []
      await deps.recorded(request, `client.${action}`, async (inside) => {
        const client = await inside.clients.find(id)
        if (!client) throw unknownClient(id)
        await deps.refuseMoreThanOwn(request, { grants: client.grants }, inside)
        await inside.clients.setDisabled(id, disabled)
        const detail = { before: { disabled: client.disabled }, after: { disabled } }
        return { target: `client ${id}`, detail, ends, result: undefined }
      })
      return await reply.code(204).send()
    },
  })
}

/** What ends with a client that is kept out. */
export function clientDisabled(id: string) {
  return {
    target: { kind: 'client', clientId: id } as const,
    reason: 'client_disabled' as const,
  }
}

/** It could not undo it. */
function ownClient(id: string): InputError {
  return new InputError('client-own', {
    received: `${id}, by which you ask`,
    expected: 'another client',
  })
}

function unknownClient(id: string): InputError {
  return new InputError('unknown-client', { received: id, expected: 'the id of a client' })
}
