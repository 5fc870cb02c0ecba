/** GET /scim/v2/Users, /Users/:id and POST /Users/.search: RFC 7644 section 3.4. */
import type { Directory, Group, User } from '@latchkey/directory'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { findUser } from '../../admin/user-params.ts'
import { isWanted, projected, sendResource, sendScim, versioned } from '../answer.ts'
import { userCondition } from '../filter/condition-of.ts'
import { listRoutes } from '../list-routes.ts'
import { type ListRequest, listBody, readPage } from '../lists.ts'
import { externalIdOf, provisioningClient } from '../provisioning-client.ts'
import type { Document } from '../schemas/canonical.ts'
import type { ScimDeps } from '../scim-deps.ts'
import { SCIM_PREFIX } from '../scim-type.ts'
import { userResource } from './user-document.ts'

export const USERS = `${SCIM_PREFIX}/Users`

export function scimUserReading(deps: ScimDeps) {
  const { directory } = deps
  const config = { config: { granted: true } } as const
  return async (app: FastifyInstance): Promise<void> => {
    listRoutes(app, USERS, (request, reply, list) => sendList(request, reply, list, deps))
    app.get<{ Params: { id: string } }>(`${USERS}/:id`, config, async (request, reply) => {
      const user = await findUser(request.params.id, directory.users)
      return await sendResource(
        request,
        reply,
        await readUserResource(request, user, directory, deps),
      )
    })
  }
}

/** The resource as it is in `inside`, without its version. */
export async function readUserResource(
  request: FastifyRequest,
  user: User,
  inside: Pick<Directory, 'groups' | 'provisioned'>,
  deps: ScimDeps,
): Promise<Document> {
  const names = await groupsOf([user], inside)
  const externalId = await externalIdOf(request, 'user', user.sub, inside)
  return userResource({ user, externalId }, groupsIn(user, names), deps)
}

async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  list: ListRequest,
  deps: ScimDeps,
): Promise<FastifyReply> {
  const { users, provisioned } = deps.directory
  const clientId = provisioningClient(request)
  const where = list.filter && userCondition(list.filter, clientId)
  const source = {
    idOf: ({ sub }: User) => sub,
    count: (most: number) => users.count({ where, most }),
    select: (page: { after?: string; skip?: number; limit: number }) =>
      users.select({ where, ...page }),
  }
  const { total, things } = await readPage(request, list, source, deps)
  // The version needs them, too.
  const isNeeded = isWanted(list.projection, 'groups') || isWanted(list.projection, 'meta')
  const groups = isNeeded ? await groupsOf(things, deps.directory) : new Map()
  const subs = things.map(({ sub }) => sub)
  const externalIds = await provisioned.of('user', clientId, subs)
  const resources = things.map((user) => {
    const named = { user, externalId: externalIds.get(user.sub) }
    return projected(versioned(userResource(named, groupsIn(user, groups), deps)), list.projection)
  })
  return await sendScim(reply, listBody(resources, total, list.startIndex))
}

type GroupNames = ReadonlyMap<string, Group>

async function groupsOf(
  users: readonly User[],
  { groups }: Pick<Directory, 'groups'>,
): Promise<GroupNames> {
  const ids = new Set(users.flatMap((user) => user.groups))
  const found = await Promise.all([...ids].map((id) => groups.find(id)))
  return new Map(found.flatMap((group) => (group ? [[group.id, group]] : [])))
}

function groupsIn(user: User, names: GroupNames): Group[] {
  return user.groups.flatMap((id) => names.get(id) ?? [])
}
