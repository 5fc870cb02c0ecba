/** POST /scim/v2/Groups, PUT, PATCH and DELETE /Groups/:id: RFC 7644 sections 3.3 to 3.6. */
import { type Directory, type Group, refuseOwned, staleAbout } from '@latchkey/directory'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { grantsOfMembers } from '../../admin/group-grants.ts'
import { findGroup } from '../../admin/groups.ts'
import { refuseOtherVersion, sendResource, sendScim } from '../answer.ts'
import { readOperations } from '../patch/operations.ts'
import { externalIdOf, provisioningClient } from '../provisioning-client.ts'
import type { Document } from '../schemas/canonical.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { changedGroup, type GivenGroup, wholeGroup } from './given-group.ts'
import { allMembers, groupResource } from './group-resource.ts'
import { changeMembers } from './memberships.ts'
import { GROUPS } from './read-groups.ts'

type ById = { Params: { id: string }; Body: Document }

export function scimGroupChanges(deps: ScimDeps) {
  const options = { config: { granted: true }, bodyLimit: SCIM_LIMITS.bodyBytes } as const
  return async (app: FastifyInstance): Promise<void> => {
    app.post<{ Body: Document }>(GROUPS, options, async (request, reply) => {
      const id = await create(request, wholeGroup(request.body), deps)
      reply.code(201).header('location', `${deps.base}/Groups/${id}`)
      return await sendGroup(request, reply, id, deps)
    })
    app.put<ById>(`${GROUPS}/:id`, options, async (request, reply) => {
      await change(request, request.params.id, wholeGroup(request.body), deps)
      return await sendGroup(request, reply, request.params.id, deps)
    })
    app.patch<ById>(`${GROUPS}/:id`, options, async (request, reply) => {
      const given = changedGroup(readOperations(request.body))
      await change(request, request.params.id, given, deps)
      // RFC 7644 section 3.5.2 lets the answer be empty: a large group is not read for it.
      if (request.query && Object.keys(request.query).length > 0) {
        return await sendGroup(request, reply, request.params.id, deps)
      }
      return await reply.code(204).send()
    })
    app.delete<ById>(`${GROUPS}/:id`, options, async (request, reply) => {
      await remove(request, request.params.id, deps)
      return await reply.code(204).send()
    })
  }
}

async function sendGroup(
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  { directory, base }: ScimDeps,
): Promise<FastifyReply> {
  const group = await findGroup(id, directory)
  const externalId = await externalIdOf(request, 'group', id, directory)
  const named = { group, externalId }
  const isFull = (await directory.users.count({ where: inGroup(id), most: MOST })) < MOST
  if (!isFull) return await sendScim(reply, groupResource(named, undefined, base))
  const members = await allMembers(id, directory)
  return await sendResource(request, reply, groupResource(named, members, base))
}

const MOST = SCIM_LIMITS.membersTold + 1
const inGroup = (value: string) => ({ kind: 'is', member: 'group', value }) as const

async function create(
  request: FastifyRequest,
  { name, externalId, members }: Required<GivenGroup>,
  deps: ScimDeps,
): Promise<string> {
  return await deps.rightsChange(request, 'group.create', async (inside) => {
    const { id } = await inside.groups.create({ name })
    await inside.provisioned.save({
      ...{ kind: 'group', clientId: provisioningClient(request), id, externalId },
    })
    const added = await changeMembers(id, members, inside)
    const detail = { name, added: added.length, by: 'scim' }
    // A new group gives nobody anything yet.
    return { target: `group ${id}`, detail, result: id, stale: [] }
  })
}

async function change(
  request: FastifyRequest,
  id: string,
  given: GivenGroup,
  deps: ScimDeps,
): Promise<void> {
  await deps.rightsChange(request, 'group.update', async (inside) => {
    const group = await findGroup(id, inside)
    await refuseOther(request, group, inside, deps)
    // What the group gives at the issuer is not for this caller to give, or to take away.
    await deps.refuseMoreThanOwn(request, group, inside)
    const members = await changeFacts(request, group, given, inside)
    const people = await changeMembers(id, given.members, inside)
    const detail = {
      name: given.name ?? group.name,
      members: members.join(', '),
      people: people.length,
      ...(people.length === 1 && { member: people[0] }),
      by: 'scim',
    }
    return {
      target: `group ${id}`,
      detail,
      result: undefined,
      stale: await staleOf(group, people, inside),
    }
  })
}

async function remove(request: FastifyRequest, id: string, deps: ScimDeps): Promise<void> {
  await deps.rightsChange(request, 'group.delete', async (inside) => {
    const group = await findGroup(id, inside)
    await refuseOther(request, group, inside, deps)
    await refuseOwned(inside, 'group', id)
    await deps.refuseMoreThanOwn(request, group, inside)
    const audiences = audiencesOf(await grantsOfMembers(group, inside))
    const stale =
      audiences.length === 0
        ? []
        : await staleAbout(audiences, (limit) => inside.groups.affected(id, limit))
    await inside.groups.delete(id)
    return {
      target: `group ${id}`,
      detail: { name: group.name, by: 'scim' },
      result: undefined,
      stale,
    }
  })
}

/** Gives the members that are others now. */
async function changeFacts(
  request: FastifyRequest,
  { id, name: before }: Group,
  { name = before, externalId }: GivenGroup,
  inside: Directory,
): Promise<string[]> {
  const known = (await externalIdOf(request, 'group', id, inside)) ?? ''
  const isRenamed = name !== before
  const isRenumbered = externalId !== undefined && externalId !== known
  if (isRenamed) await refuseOwned(inside, 'group', id)
  if (isRenumbered) {
    const clientId = provisioningClient(request)
    await inside.provisioned.save({ kind: 'group', clientId, id, externalId })
  }
  if (isRenamed || isRenumbered) await inside.groups.update(id, { name })
  return [...(isRenamed ? ['name'] : []), ...(isRenumbered ? ['externalId'] : [])]
}

/** Reads all members only for a client that asks to compare. */
async function refuseOther(
  request: FastifyRequest,
  group: Group,
  inside: Directory,
  { base }: ScimDeps,
): Promise<void> {
  if (request.headers['if-match'] === undefined) return
  const externalId = await externalIdOf(request, 'group', group.id, inside)
  const members = await allMembers(group.id, inside)
  refuseOtherVersion(request, groupResource({ group, externalId }, members, base))
}

/** People who came or went have other rights where the group gives some. */
async function staleOf(group: Group, people: readonly string[], inside: Directory) {
  const audiences = audiencesOf(await grantsOfMembers(group, inside))
  if (audiences.length === 0) return []
  return await staleAbout(audiences, async (limit) => people.slice(0, limit))
}

function audiencesOf(grants: readonly { readonly audience: string }[]): string[] {
  return [...new Set(grants.map(({ audience }) => audience))]
}
