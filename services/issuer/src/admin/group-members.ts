/** PUT and DELETE /admin/v1/groups/:id/members/:sub. */
import { refuseOwned } from '@latchkey/directory'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { findGroup, GROUP_ID } from './groups.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminGroupMembersDeps {
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

export function adminGroupMembers(deps: AdminGroupMembersDeps) {
  return adminRoutes(memberRoute('PUT', deps), memberRoute('DELETE', deps))
}

function memberRoute(method: 'PUT' | 'DELETE', deps: AdminGroupMembersDeps) {
  const isAdded = method === 'PUT'
  return adminRoute({
    method,
    path: '/groups/:id/members/:sub',
    summary: isAdded ? 'Makes a person a member of a group' : 'Takes a person out of a group',
    roles: ADMIN_ONLY,
    params: { ...GROUP_ID, ...SUB },
    answers: { 204: null },
    async handle(request, reply) {
      const { id, sub } = request.params
      const action = isAdded ? 'group.member_add' : 'group.member_remove'
      await deps.rightsChange(request, action, async (inside) => {
        const group = await findGroup(id, inside)
        const user = await findUser(sub, inside.users)
        // The file says of people which groups they are in.
        await refuseOwned(inside, 'user', sub)
        await deps.refuseMoreThanOwn(request, user, inside)
        const changed = isAdded
          ? await inside.groups.addMembers(id, [sub])
          : await inside.groups.removeMembers(id, [sub])
        await deps.refuseMoreThanOwn(request, user, inside)
        const detail = { name: group.name, member: sub, username: user.username }
        return { target: `group ${id}`, detail, result: undefined, stale: changed }
      })
      return await reply.code(204).send()
    },
  })
}
