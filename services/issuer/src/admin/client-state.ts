/** /admin/v1/clients/:id/…: keeps an app or a machine out, and ends everything that it was given. */
import { InputError, LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { End } from '../ending/end.ts'
import { actorOf } from './actor.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'

export interface AdminClientStateDeps {
  readonly end: End
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const ClientParams = Type.Object({
  id: Type.String({ minLength: 1, maxLength: LIMITS.clientIdChars }),
})
type ClientParams = Static<typeof ClientParams>

const STATES = [
  ['disable', true],
  ['enable', false],
] as const

export function adminClientState(deps: AdminClientStateDeps) {
  return async (app: FastifyInstance) => {
    for (const [action, disabled] of STATES) {
      app.post<{ Params: ClientParams }>(
        `/admin/v1/clients/:id/${action}`,
        { schema: { params: ClientParams } },
        async (request, reply) => {
          const { id } = request.params
          const actor = actorOf(request)
          if (disabled && actor.clientId === id) throw ownClient(id)
          await deps.recorded(request, `client.${action}`, async (inside) => {
            const client = await inside.clients.find(id)
            if (!client) throw unknownClient(id)
            await deps.refuseMoreThanOwn(request, { grants: client.grants }, inside)
            await inside.clients.setDisabled(id, disabled)
            const detail = { before: { disabled: client.disabled }, after: { disabled } }
            return { target: `client ${id}`, detail, result: undefined }
          })
          // First the state, then the end: whoever reads the log position after the end sees the new state.
          if (disabled) await deps.end({ kind: 'client', clientId: id }, 'client_disabled', actor)
          return await reply.code(204).send()
        },
      )
    }
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
