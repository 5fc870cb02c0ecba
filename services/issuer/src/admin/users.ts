/** /admin/v1/users: finding and adding people. */
import type { User, Users } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUsersDeps {
  readonly users: Pick<Users, 'list' | 'find' | 'hashPassword'>
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
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

/** An audit record has room for 4 KB. */
const MOST_ROLES_CHARS = 2000

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
        const { password, ...facts } = request.body
        // Before the transaction: others would wait for the hash.
        const passwordHash = password === undefined ? {} : await hashed(password, deps)
        const user = await deps.recorded(request, 'user.create', async (inside) => {
          const created = await inside.users.create({ ...facts, ...passwordHash })
          await deps.refuseMoreThanOwn(request, created, inside)
          const { sub, username } = created
          const roles = created.roles.join(', ').slice(0, MOST_ROLES_CHARS)
          return { target: `user ${sub}`, detail: { username, roles }, result: created }
        })
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

async function hashed(password: string, { users }: Pick<AdminUsersDeps, 'users'>) {
  return { passwordHash: await users.hashPassword(password) }
}

/** Nothing of the password, not even whether there is one. */
function describeUser(user: User) {
  return {
    sub: user.sub,
    username: user.username,
    name: user.name,
    ...(user.email !== undefined && { email: user.email }),
    disabled: user.disabled,
    has_one_time_code: user.hasOneTimeCode,
    roles: user.roles,
    grants: user.grants,
    created_at: user.createdAt,
  }
}
