/** DELETE /scim/v2/Users/:id: RFC 7644 section 3.6. */
import type { FastifyInstance } from 'fastify'
import { forgetUser } from '../../admin/forget-user.ts'
import { findUser } from '../../admin/user-params.ts'
import { refuseOtherVersion } from '../answer.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { readUserResource, USERS } from './read-users.ts'

export function scimUserDeletion(deps: ScimDeps) {
  return async (app: FastifyInstance): Promise<void> => {
    app.delete<{ Params: { id: string } }>(
      `${USERS}/:id`,
      { config: { granted: true } },
      async (request, reply) => {
        const { id } = request.params
        await forgetUser(
          request,
          id,
          async (inside) => {
            const user = await findUser(id, inside.users)
            refuseOtherVersion(request, await readUserResource(request, user, inside, deps))
          },
          deps,
        )
        return await reply.code(204).send()
      },
    )
  }
}
