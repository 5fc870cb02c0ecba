/** GET /scim/v2/Groups, /Groups/:id and POST /Groups/.search: RFC 7644 section 3.4. */
import type { Group } from '@latchkey/directory'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findGroup } from '../../admin/groups.ts'
import {
  isWanted,
  projected,
  readProjection,
  sendResource,
  sendScim,
  versioned,
} from '../answer.ts'
import { groupCondition } from '../filter/condition-of.ts'
import { listRoutes } from '../list-routes.ts'
import { type ListRequest, listBody, readPage } from '../lists.ts'
import { externalIdOf, provisioningClient } from '../provisioning-client.ts'
import type { Document } from '../schemas/canonical.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { SCIM_PREFIX } from '../scim-type.ts'
import { allMembers, groupResource } from './group-resource.ts'

export const GROUPS = `${SCIM_PREFIX}/Groups`

export function scimGroupReading(deps: ScimDeps) {
  const { directory, base } = deps
  const config = { config: { granted: true } } as const
  return async (app: FastifyInstance): Promise<void> => {
    listRoutes(app, GROUPS, (request, reply, list) => sendList(request, reply, list, deps))
    app.get<{ Params: { id: string } }>(`${GROUPS}/:id`, config, async (request, reply) => {
      const group = await findGroup(request.params.id, directory)
      const externalId = await externalIdOf(request, 'group', group.id, directory)
      const projection = readProjection(request.query as Document)
      if (!isWanted(projection, 'members')) {
        const resource = groupResource({ group, externalId }, undefined, base)
        return await sendScim(reply, projected(resource, projection))
      }
      const members = await allMembers(group.id, directory)
      const resource = groupResource({ group, externalId }, members, base)
      return await sendResource(request, reply, resource, projection)
    })
  }
}

async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  list: ListRequest,
  deps: ScimDeps,
): Promise<FastifyReply> {
  const { groups, provisioned } = deps.directory
  const clientId = provisioningClient(request)
  const where = list.filter && groupCondition(list.filter, clientId)
  const source = {
    idOf: ({ id }: Group) => id,
    count: (most: number) => groups.count({ where, most }),
    select: (page: { after?: string; skip?: number; limit: number }) =>
      groups.select({ where, ...page }),
  }
  const { total, things } = await readPage(request, list, source, deps)
  const isFull = isWanted(list.projection, 'members')
  const ids = things.map(({ id }) => id)
  const externalIds = await provisioned.of('group', clientId, ids)
  let room: number = SCIM_LIMITS.membersTold
  const resources: Document[] = []
  for (const group of things) {
    const members = isFull ? await allMembers(group.id, deps.directory, room) : undefined
    room -= members?.length ?? 0
    const externalId = externalIds.get(group.id)
    const resource = groupResource({ group, externalId }, members, deps.base)
    resources.push(projected(isFull ? versioned(resource) : resource, list.projection))
  }
  return await sendScim(reply, listBody(resources, total, list.startIndex))
}
