/** DELETE /admin/v1/users/:sub: forgets a person. */
import { refuseOwned } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import type { End } from '../ending/end.ts'
import { actorOf } from './actor.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { refuseChanged } from './framework/preconditions.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import type { RightsChange } from './rights-change.ts'
import { findUser, SUB } from './user-params.ts'
import { readUser } from './users.ts'

export interface AdminUserRemovalDeps {
  readonly end: End
  readonly recorded: RecordedChange
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

/**
 * Disabled, ended, and only then deleted. Disabled first: from then on nothing new is made for them, so the end, whose position
 * in the log comes later, reaches all that there is. Deleted last: a process that dies in between leaves a user who
 * is there, disabled, and can be deleted again. One who was deleted first could not be found to be ended.
 */
export function adminUserRemoval(deps: AdminUserRemovalDeps) {
  return adminRoutes(
    adminRoute({
      method: 'DELETE',
      path: '/users/:sub',
      summary: 'Forgets a person: disabled, ended everywhere, then deleted',
      roles: ADMIN_ONLY,
      params: SUB,
      answers: { 204: null },
      conditional: true,
      async handle(request, reply) {
        const { sub } = request.params
        const target = `user ${sub}`
        await deps.rightsChange(request, 'user.disable', async (inside) => {
          const user = await findUser(sub, inside.users)
          refuseChanged(request, await readUser(sub, inside))
          await refuseOwned(inside, 'user', sub)
          await deps.refuseMoreThanOwn(request, user, inside)
          await inside.users.setDisabled(sub, true)
          const detail = { before: { disabled: user.disabled }, after: { disabled: true } }
          return { target, detail, result: undefined, stale: [] }
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
    }),
  )
}

/** Somebody else has let them in again: what they may have got since was not ended. */
function enabledMeanwhile(sub: string): InputError {
  return new InputError('user-enabled', {
    received: `${sub}, enabled by somebody in this moment`,
    expected: 'a user who stays disabled while being deleted: agree, and ask again',
  })
}
