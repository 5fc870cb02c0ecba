/** /admin/v1/groups: people who have roles and grants together. */
import { DIRECTORY_LIMITS, type Directory, type Group, type Ownership } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY, type Pages, pageOf } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { Grants, Search } from './grant-schema.ts'
import { ownedBy } from './user-answer.ts'

export interface AdminGroupsDeps {
  readonly directory: Pick<Directory, 'groups' | 'owned'>
  readonly pages: Pages
}

/** The `:id` of a path. */
export const GROUP_ID = { id: Type.String({ minLength: 3, maxLength: 64 }) }

export const GroupAnswer = closedObject(
  {
    id: Type.String(),
    name: Type.String(),
    description: Type.String(),
    parent: Type.Optional(Type.String({ description: 'Id of the group that it belongs to.' })),
    roles: Type.Array(Type.String()),
    grants: Grants,
    external_id: Type.Optional(Type.String()),
    owned_by: Type.Optional(
      Type.String({
        description: 'The cluster file that alone may change it; told of one group only.',
      }),
    ),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  },
  'Group',
)

const Member = closedObject(
  { sub: Type.String(), username: Type.String(), name: Type.String() },
  'GroupMember',
)

export function adminGroups({ directory, pages }: AdminGroupsDeps) {
  const { groups } = directory
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/groups',
      summary: 'Lists groups, or finds them by a part of the name',
      roles: EVERY_ROLE,
      query: { search: Search, ...PAGE_QUERY },
      answers: { 200: pageOf('groups', GroupAnswer) },
      async handle(request) {
        const { search } = request.query
        const page = pages(request)
        const found = await groups.list({
          limit: page.limit,
          ...(page.after !== undefined && { after: page.after }),
          ...(search !== undefined && { search: search.slice(0, DIRECTORY_LIMITS.nameChars) }),
        })
        const described = found.map((group) => describeGroup(group))
        return { groups: described, ...page.next(found, ({ id }) => id) }
      },
    }),
    adminRoute({
      method: 'GET',
      path: '/groups/:id',
      summary: 'Shows a group',
      roles: EVERY_ROLE,
      params: GROUP_ID,
      answers: { 200: GroupAnswer },
      etag: true,
      handle: async (request) => await readGroup(request.params.id, directory),
    }),
    adminRoute({
      method: 'GET',
      path: '/groups/:id/members',
      summary: 'Lists the members of a group; those of its children are not among them',
      roles: EVERY_ROLE,
      params: GROUP_ID,
      query: PAGE_QUERY,
      answers: { 200: pageOf('members', Member) },
      async handle(request) {
        const { id } = request.params
        const page = pages(request)
        const after = page.after === undefined ? {} : { after: page.after }
        const members = await groups.members(id, { limit: page.limit, ...after })
        return { members, ...page.next(members, ({ sub }) => sub) }
      },
    }),
  )
}

/** What GET tells of one group, which ETags are made of. Throws InputError `unknown-group`. */
export async function readGroup(id: string, inside: Pick<Directory, 'groups' | 'owned'>) {
  return describeGroup(await findGroup(id, inside), await inside.owned.find('group', id))
}

/** @throws InputError `unknown-group`, answered with 404 */
export async function findGroup(id: string, { groups }: Pick<Directory, 'groups'>): Promise<Group> {
  const group = await groups.find(id)
  if (group) return group
  throw new InputError('unknown-group', { received: id, expected: 'the id of a group' })
}

export function describeGroup(group: Group, owner?: Ownership) {
  return {
    id: group.id,
    name: group.name,
    description: group.description,
    ...(group.parent !== undefined && { parent: group.parent }),
    roles: group.roles,
    grants: group.grants,
    ...(group.externalId !== undefined && { external_id: group.externalId }),
    ...ownedBy(owner),
    created_at: group.createdAt,
    updated_at: group.updatedAt,
  }
}
