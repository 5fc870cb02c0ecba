/** PUT and DELETE /admin/v1/roles/:name. */
import {
  changedAudiences,
  DIRECTORY_LIMITS,
  type Directory,
  refuseOwned,
  staleAbout,
} from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { refuseChanged } from './framework/preconditions.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { Grants } from './grant-schema.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'
import { describeRole, ROLE_NAME, RoleAnswer, readRole, unknownRole } from './roles.ts'

export interface AdminRoleChangesDeps {
  readonly issuer: string
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const RoleBody = closedObject(
  {
    description: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.descriptionChars })),
    grants: Grants,
  },
  'RoleDefinition',
)

export function adminRoleChanges(deps: AdminRoleChangesDeps) {
  return adminRoutes(saveRole(deps), removeRole(deps))
}

const saveRole = (deps: AdminRoleChangesDeps) =>
  adminRoute({
    method: 'PUT',
    path: '/roles/:name',
    summary: 'Creates a role, or replaces what it is; If-None-Match: * creates only',
    roles: ADMIN_ONLY,
    params: ROLE_NAME,
    body: RoleBody,
    answers: { 200: RoleAnswer, 201: RoleAnswer },
    etag: true,
    conditional: true,
    async handle(request, reply) {
      const { name } = request.params
      const { description = '', grants } = request.body
      const { isNew, role } = await deps.rightsChange(request, 'role.save', async (inside) => {
        const before = await refuseFixed(name, request, inside, deps)
        await inside.roles.save({ name, description, grants })
        const after = await inside.roles.find(name)
        if (!after) throw new Error('a role that was saved is not there')
        await deps.refuseMoreThanOwn(request, after, inside)
        const audiences = changedAudiences(before?.grants ?? [], after.grants)
        return {
          target: `role ${name}`,
          detail: { before: before?.grants.length ?? 0, after: after.grants.length },
          result: { isNew: before === undefined, role: describeRole(after, deps.issuer) },
          stale: await staleHolders(name, audiences, inside),
        }
      })
      return await reply.code(isNew ? 201 : 200).send(role)
    },
  })

const removeRole = (deps: AdminRoleChangesDeps) =>
  adminRoute({
    method: 'DELETE',
    path: '/roles/:name',
    summary: 'Removes a role; refused while somebody has it',
    roles: ADMIN_ONLY,
    params: ROLE_NAME,
    answers: { 204: null },
    conditional: true,
    async handle(request, reply) {
      const { name } = request.params
      await deps.rightsChange(request, 'role.delete', async (inside) => {
        const before = await refuseFixed(name, request, inside, deps)
        if (!before) throw unknownRole(name)
        await inside.roles.remove(name)
        const detail = { before: before.grants.length }
        // Nobody had it, so nobody's token speaks of it.
        return { target: `role ${name}`, detail, result: undefined, stale: [] }
      })
      return await reply.code(204).send()
    },
  })

/** The role as it is, which the caller may change. */
async function refuseFixed(
  name: string,
  request: Parameters<RefuseMoreThanOwn>[0],
  inside: Directory,
  { issuer, refuseMoreThanOwn }: AdminRoleChangesDeps,
) {
  const before = await readRole(name, issuer, inside)
  refuseChanged(request, before)
  if (!before) return undefined
  if (before.shipped) {
    throw new InputError('role-shipped', {
      received: `${name}, which comes with the issuer`,
      expected: 'a role of another name with the grants that you need',
    })
  }
  await refuseOwned(inside, 'role', name)
  await refuseMoreThanOwn(request, before, inside)
  return before
}

async function staleHolders(
  name: string,
  audiences: readonly string[],
  { roles }: Directory,
): Promise<string[]> {
  if (audiences.length === 0) return []
  return await staleAbout(audiences, (limit) => roles.holders(name, limit))
}
