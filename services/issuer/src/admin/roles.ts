/** /admin/v1/roles: named lists of grants. */
import { DIRECTORY_LIMITS, type Directory, type Ownership, type Role } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY, type Pages, pageOf } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { Grants } from './grant-schema.ts'
import { isShipped } from './is-shipped.ts'
import { ownedBy } from './user-answer.ts'

export interface AdminRolesDeps {
  readonly issuer: string
  readonly directory: Pick<Directory, 'roles' | 'owned'>
  readonly pages: Pages
}

/** The `:name` of a path. */
export const ROLE_NAME = {
  name: Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.roleNameChars }),
}

export const RoleAnswer = closedObject(
  {
    name: Type.String(),
    description: Type.String(),
    grants: Grants,
    shipped: Type.Boolean({ description: 'Comes with the issuer, and cannot be changed.' }),
    owned_by: Type.Optional(
      Type.String({
        description: 'The cluster file that alone may change it; told of one role only.',
      }),
    ),
  },
  'Role',
)

export function adminRoles({ issuer, directory, pages }: AdminRolesDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/roles',
      summary: 'Lists all roles by name',
      roles: EVERY_ROLE,
      answers: { 200: closedObject({ roles: Type.Array(RoleAnswer) }) },
      async handle() {
        const roles = await directory.roles.list()
        return { roles: roles.map((role) => describeRole(role, issuer)) }
      },
    }),
    adminRoute({
      method: 'GET',
      path: '/roles/:name',
      summary: 'Shows a role',
      roles: EVERY_ROLE,
      params: ROLE_NAME,
      answers: { 200: RoleAnswer },
      etag: true,
      async handle(request) {
        const { name } = request.params
        const found = await readRole(name, issuer, directory)
        if (found) return found
        throw unknownRole(name)
      },
    }),
    adminRoute({
      method: 'GET',
      path: '/roles/:name/holders',
      summary: 'Lists the people who have a role: directly, by a group or by its parent',
      roles: EVERY_ROLE,
      params: ROLE_NAME,
      query: PAGE_QUERY,
      answers: { 200: pageOf('holders', closedObject({ sub: Type.String() })) },
      async handle(request) {
        const { name } = request.params
        const page = pages(request)
        if (!(await directory.roles.find(name))) throw unknownRole(name)
        const subs = await directory.roles.holders(name, page.limit, page.after)
        return { holders: subs.map((sub) => ({ sub })), ...page.next(subs, (sub) => sub) }
      },
    }),
  )
}

/** What GET tells of one role, which ETags are made of. */
export async function readRole(
  name: string,
  issuer: string,
  inside: Pick<Directory, 'roles' | 'owned'>,
) {
  const role = await inside.roles.find(name)
  return role && describeRole(role, issuer, await inside.owned.find('role', name))
}

export function describeRole(role: Role, issuer: string, owner?: Ownership) {
  const { name, description, grants } = role
  return { name, description, grants, shipped: isShipped(role, issuer), ...ownedBy(owner) }
}

export function unknownRole(name: string): InputError {
  return new InputError('unknown-role', { received: name, expected: 'the name of a role' })
}
