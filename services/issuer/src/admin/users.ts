/** GET /admin/v1/users and GET /admin/v1/users/:sub: finding people. */
import { DIRECTORY_LIMITS, type Directory } from '@latchkey/directory'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { PAGE_QUERY, type Pages, pageOf } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { Search } from './grant-schema.ts'
import { describeUser, UserAnswer } from './user-answer.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUsersDeps {
  readonly directory: Pick<Directory, 'users' | 'owned'>
  readonly pages: Pages
}

const QUERY = {
  search: Search,
  status: Type.Optional(Type.Enum(['active', 'disabled', 'must_change_password'])),
  role: Type.Optional(
    Type.String({ maxLength: DIRECTORY_LIMITS.roleNameChars, description: 'Held directly.' }),
  ),
  group: Type.Optional(Type.String({ maxLength: 64, description: 'Id of a group.' })),
  ...PAGE_QUERY,
}

export function adminUsers({ directory, pages }: AdminUsersDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/users',
      summary: 'Lists people, or finds them by a part of user name, name or e-mail address',
      roles: EVERY_ROLE,
      query: QUERY,
      answers: { 200: pageOf('users', UserAnswer) },
      async handle(request) {
        const { limit: _, after: __, ...filters } = request.query
        const page = pages(request)
        const after = page.after === undefined ? {} : { after: page.after }
        const users = await directory.users.list({ limit: page.limit, ...after, ...filters })
        const described = users.map((user) => describeUser(user))
        return { users: described, ...page.next(users, ({ sub }) => sub) }
      },
    }),
    adminRoute({
      method: 'GET',
      path: '/users/:sub',
      summary: 'Shows a person',
      roles: EVERY_ROLE,
      params: SUB,
      answers: { 200: UserAnswer },
      etag: true,
      handle: async (request) => await readUser(request.params.sub, directory),
    }),
  )
}

/** What GET tells of one person, which ETags are made of. Throws InputError `unknown-user`. */
export async function readUser(sub: string, inside: Pick<Directory, 'users' | 'owned'>) {
  const user = await findUser(sub, inside.users)
  return describeUser(user, await inside.owned.find('user', sub))
}
