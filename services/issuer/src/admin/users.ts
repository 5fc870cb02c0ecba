/** /admin/v1/users: finding and adding people. */
import type { User, Users } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY, type Pages, pageOf } from './framework/pages.ts'
import { ADMIN_ONLY, EVERY_ROLE } from './framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUsersDeps {
  readonly users: Pick<Users, 'list' | 'find' | 'hashPassword'>
  readonly pages: Pages
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const NewUserBody = closedObject({
  username: Type.String({ minLength: 1, maxLength: LIMITS.usernameChars }),
  name: Type.Optional(Type.String({ maxLength: 256 })),
  email: Type.Optional(Type.String({ maxLength: 320 })),
  password: Type.Optional(Type.String({ maxLength: LIMITS.passwordBytes })),
  roles: Type.Optional(Type.Array(Type.String({ maxLength: 128 }), { maxItems: 100 })),
})

const UserAnswer = closedObject(
  {
    sub: Type.String(),
    username: Type.String(),
    name: Type.String(),
    email: Type.Optional(Type.String()),
    disabled: Type.Boolean(),
    has_one_time_code: Type.Boolean(),
    roles: Type.Array(Type.String()),
    grants: Type.Array(
      closedObject({
        audience: Type.String(),
        grant: Type.String(),
        until: Type.Optional(Type.Integer()),
      }),
    ),
    created_at: Type.Integer(),
  },
  'User',
)

/** An audit record has room for 4 KB. */
const MOST_ROLES_CHARS = 2000

export function adminUsers(deps: AdminUsersDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/users',
      summary: 'Lists people, or finds them by a part of user name, name or e-mail address',
      roles: EVERY_ROLE,
      query: {
        search: Type.Optional(Type.String({ maxLength: LIMITS.usernameChars })),
        ...PAGE_QUERY,
      },
      answers: { 200: pageOf('users', UserAnswer) },
      async handle(request) {
        const { search } = request.query
        const page = deps.pages(request)
        const users = await deps.users.list({
          limit: page.limit,
          ...(search !== undefined && { search }),
          ...(page.after !== undefined && { after: page.after }),
        })
        return { users: users.map(describeUser), ...page.next(users, ({ sub }) => sub) }
      },
    }),
    createUser(deps),
    adminRoute({
      method: 'GET',
      path: '/users/:sub',
      summary: 'Shows a person',
      roles: EVERY_ROLE,
      params: SUB,
      answers: { 200: UserAnswer },
      etag: true,
      handle: async (request) => describeUser(await findUser(request.params.sub, deps.users)),
    }),
  )
}

function createUser(deps: AdminUsersDeps) {
  return adminRoute({
    method: 'POST',
    path: '/users',
    summary: 'Adds a person',
    roles: ADMIN_ONLY,
    body: NewUserBody,
    answers: { 201: UserAnswer },
    idempotent: true,
    etag: true,
    async handle(request, reply) {
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
      reply.header('location', `/admin/v1/users/${user.sub}`)
      return await reply.code(201).send(describeUser(user))
    },
  })
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
