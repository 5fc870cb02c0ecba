/** DELETE /admin/v1/users/:sub: forgets a person. */
import { type ForgetUserDeps, forgetUser } from './forget-user.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { refuseChanged } from './framework/preconditions.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { SUB } from './user-params.ts'
import { readUser } from './users.ts'

export function adminUserRemoval(deps: ForgetUserDeps) {
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
        await forgetUser(
          request,
          sub,
          async (inside) => refuseChanged(request, await readUser(sub, inside)),
          deps,
        )
        return await reply.code(204).send()
      },
    }),
  )
}
