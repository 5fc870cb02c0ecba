/** POST /admin/v1/groups, PATCH (RFC 7396) and DELETE /admin/v1/groups/:id. */
import {
  changedAudiences,
  DIRECTORY_LIMITS,
  type Directory,
  type GroupChange,
  refuseOwned,
  staleAbout,
} from '@latchkey/directory'
import { type Static, Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { refuseChanged } from './framework/preconditions.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { ExternalId, Grants, RoleNames } from './grant-schema.ts'
import { grantsOfMembers } from './group-grants.ts'
import { describeGroup, findGroup, GROUP_ID, GroupAnswer, readGroup } from './groups.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'

export interface AdminGroupChangesDeps {
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const Name = Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.groupNameChars })
const Parent = Type.String({ maxLength: 64 })
const MEMBERS = {
  description: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.descriptionChars })),
  roles: Type.Optional(RoleNames),
  grants: Type.Optional(Grants),
}
const NewGroupBody = closedObject(
  {
    name: Name,
    ...MEMBERS,
    parent: Type.Optional(Parent),
    external_id: Type.Optional(ExternalId),
  },
  'NewGroup',
)
const PatchBody = closedObject(
  {
    name: Type.Optional(Name),
    ...MEMBERS,
    parent: Type.Optional(Type.Union([Parent, Type.Null()])),
    external_id: Type.Optional(Type.Union([ExternalId, Type.Null()])),
  },
  'GroupChange',
)

export function adminGroupChanges(deps: AdminGroupChangesDeps) {
  return adminRoutes(createGroup(deps), changeGroup(deps), deleteGroup(deps))
}

const createGroup = (deps: AdminGroupChangesDeps) =>
  adminRoute({
    method: 'POST',
    path: '/groups',
    summary: 'Adds a group',
    roles: ADMIN_ONLY,
    body: NewGroupBody,
    answers: { 201: GroupAnswer },
    idempotent: true,
    etag: true,
    async handle(request, reply) {
      const { external_id: externalId, ...facts } = request.body
      const group = await deps.rightsChange(request, 'group.create', async (inside) => {
        const created = await inside.groups.create({
          ...facts,
          ...(externalId !== undefined && { externalId }),
        })
        await deps.refuseMoreThanOwn(request, created, inside)
        const detail = { name: created.name }
        return { target: `group ${created.id}`, detail, result: created, stale: [] }
      })
      reply.header('location', `/admin/v1/groups/${group.id}`)
      return await reply.code(201).send(describeGroup(group))
    },
  })

const changeGroup = (deps: AdminGroupChangesDeps) =>
  adminRoute({
    method: 'PATCH',
    path: '/groups/:id',
    summary: 'Changes a group: a JSON merge patch, null takes a member away',
    roles: ADMIN_ONLY,
    params: GROUP_ID,
    body: PatchBody,
    answers: { 200: GroupAnswer },
    etag: true,
    conditional: true,
    handle: async (request) =>
      await deps.rightsChange(request, 'group.update', async (inside) => {
        const { id } = request.params
        refuseChanged(request, await readGroup(id, inside))
        await refuseOwned(inside, 'group', id)
        const before = await findGroup(id, inside)
        await deps.refuseMoreThanOwn(request, before, inside)
        const held = await grantsOfMembers(before, inside)
        const after = await inside.groups.update(id, changeOf(request.body))
        await deps.refuseMoreThanOwn(request, after, inside)
        const audiences = changedAudiences(held, await grantsOfMembers(after, inside))
        return {
          target: `group ${id}`,
          detail: { name: after.name, members: Object.keys(request.body).join(', ') },
          result: await readGroup(id, inside),
          stale: await staleMembers(id, audiences, inside),
        }
      }),
  })

const deleteGroup = (deps: AdminGroupChangesDeps) =>
  adminRoute({
    method: 'DELETE',
    path: '/groups/:id',
    summary: 'Removes a group; refused while it has children',
    roles: ADMIN_ONLY,
    params: GROUP_ID,
    answers: { 204: null },
    conditional: true,
    async handle(request, reply) {
      const { id } = request.params
      await deps.rightsChange(request, 'group.delete', async (inside) => {
        refuseChanged(request, await readGroup(id, inside))
        await refuseOwned(inside, 'group', id)
        const group = await findGroup(id, inside)
        await deps.refuseMoreThanOwn(request, group, inside)
        const audiences = changedAudiences(await grantsOfMembers(group, inside), [])
        const stale = await staleMembers(id, audiences, inside)
        await inside.groups.delete(id)
        return { target: `group ${id}`, detail: { name: group.name }, result: undefined, stale }
      })
      return await reply.code(204).send()
    },
  })

function changeOf(body: Static<typeof PatchBody>): GroupChange {
  const { parent, external_id: externalId, ...rest } = body
  // '' is how the directory takes a member away.
  return {
    ...rest,
    ...(parent !== undefined && { parent: parent ?? '' }),
    ...(externalId !== undefined && { externalId: externalId ?? '' }),
  }
}

async function staleMembers(
  id: string,
  audiences: readonly string[],
  { groups }: Directory,
): Promise<string[]> {
  if (audiences.length === 0) return []
  return await staleAbout(audiences, (limit) => groups.affected(id, limit))
}
