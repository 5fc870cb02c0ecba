/** DELETE /admin/v1/users/:sub: forgets a person. */
import { InputError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import type { End } from '../ending/end.ts'
import { actorOf } from './actor.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUserRemovalDeps {
  readonly end: End
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

/**
 * Disabled, ended, and only then deleted. Disabled first: from then on nothing new is made for them, so the end, whose position
 * in the log comes later, reaches all that there is. Deleted last: a process that dies in between leaves a user who
 * is there, disabled, and can be deleted again. One who was deleted first could not be found to be ended.
 */
export function adminUserRemoval(deps: AdminUserRemovalDeps) {
  return async (app: FastifyInstance) => {
    app.delete<{ Params: UserParams }>(
      '/admin/v1/users/:sub',
      { schema: { params: UserParams } },
      async (request, reply) => {
        const { sub } = request.params
        const target = `user ${sub}`
        await deps.recorded(request, 'user.disable', async (inside) => {
          const user = await findUser(sub, inside.users)
          await deps.refuseMoreThanOwn(request, user, inside)
          await inside.users.setDisabled(sub, true)
          const detail = { before: { disabled: user.disabled }, after: { disabled: true } }
          return { target, detail, result: undefined }
        })
        await deps.end({ kind: 'user', sub }, 'user_deleted', actorOf(request))
        await deps.recorded(request, 'user.delete', async (inside) => {
          const user = await findUser(sub, inside.users)
          if (!user.disabled) throw enabledMeanwhile(sub)
          await inside.users.delete(sub)
          return { target, detail: { username: user.username }, result: undefined }
        })
        return await reply.code(204).send()
      },
    )
  }
}

/** Somebody else has let them in again: what they may have got since was not ended. */
function enabledMeanwhile(sub: string): InputError {
  return new InputError('user-enabled', {
    received: `${sub}, enabled by somebody in this moment`,
    expected: 'a user who stays disabled while being deleted: agree, and ask again',
  })
}
