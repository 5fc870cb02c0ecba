/** /admin/v1/users: finding and adding people. */
import type { User, Users } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { AdminAudit } from './audit.ts'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUsersDeps {
  readonly users: Pick<Users, 'list' | 'create' | 'find'>
  readonly audit: AdminAudit
}

const ListQuery = Type.Object(
  {
    search: Type.Optional(Type.String({ maxLength: LIMITS.usernameChars })),
    after: Type.Optional(Type.String({ maxLength: 64 })),
    limit: Type.Optional(Type.String({ pattern: '^[1-9][0-9]{0,2}$' })),
  },
  { additionalProperties: false },
)
type ListQuery = Static<typeof ListQuery>

const NewUserBody = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: LIMITS.usernameChars }),
    name: Type.Optional(Type.String({ maxLength: 256 })),
    email: Type.Optional(Type.String({ maxLength: 320 })),
    password: Type.Optional(Type.String({ maxLength: LIMITS.passwordBytes })),
    roles: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 100 })),
  },
  { additionalProperties: false },
)
type NewUserBody = Static<typeof NewUserBody>

export function adminUsers(deps: AdminUsersDeps) {
  return async (app: FastifyInstance) => {
    app.get<{ Querystring: ListQuery }>(
      '/admin/v1/users',
      { schema: { querystring: ListQuery } },
      async (request) => {
        const { search, after, limit = '50' } = request.query
        const users = await deps.users.list({
          limit: Number(limit),
          ...(search !== undefined && { search }),
          ...(after !== undefined && { after }),
        })
        return { users: users.map(describeUser) }
      },
    )

    app.post<{ Body: NewUserBody }>(
      '/admin/v1/users',
      { schema: { body: NewUserBody } },
      async (request, reply) => {
        const user = await deps.users.create(request.body)
        await deps.audit(request, 'user.create', `user ${user.sub}`)
        return await reply.code(201).send(describeUser(user))
      },
    )

    app.get<{ Params: UserParams }>(
      '/admin/v1/users/:sub',
      { schema: { params: UserParams } },
      async (request) => describeUser(await findUser(request.params.sub, deps.users)),
    )
  }
}

/** Nothing of the password, not even whether there is one. */
function describeUser(user: User) {
  return {
    sub: user.sub,
    username: user.username,
    name: user.name,
    ...(user.email !== undefined && { email: user.email }),
    disabled: user.disabled,
    roles: user.roles,
    grants: user.grants,
    created_at: user.createdAt,
  }
}
