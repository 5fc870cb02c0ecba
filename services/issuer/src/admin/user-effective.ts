/** GET /admin/v1/users/:sub/effective: what a person may call at a service, route by route, and why. */
import type { Directory } from '@latchkey/directory'
import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { Type } from 'typebox'
import { type EffectiveRoute, effective } from '../rights/effective.ts'
import {
  describeSource,
  GrantSourceAnswer,
  type GroupNames,
  groupNamesOf,
} from '../rights/named-source.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { findService } from './services/service-wire.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUserEffectiveDeps {
  readonly directory: Pick<Directory, 'users' | 'services' | 'groups'>
  readonly clock: Clock
}

const Route = closedObject(
  {
    method: Type.String(),
    pattern: Type.String(),
    public: Type.Boolean(),
    allowed: Type.Boolean(),
    until: Type.Optional(Type.Integer({ description: 'From this second on it is not allowed.' })),
    by: Type.Array(GrantSourceAnswer),
  },
  'EffectiveRoute',
)

const Answer = closedObject(
  {
    sub: Type.String(),
    audience: Type.String(),
    blocked: Type.Optional(
      Type.Enum(['user_disabled', 'user_must_change_password', 'service_disabled']),
    ),
    routes: Type.Array(Route),
    unmatched: Type.Array(GrantSourceAnswer, {
      description: 'Grants that no route of the service matches.',
    }),
  },
  'EffectiveRights',
)

export function adminUserEffective({ directory, clock }: AdminUserEffectiveDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/users/:sub/effective',
      summary: 'What a person may call at a service, route by route, and by which grant',
      roles: EVERY_ROLE,
      params: SUB,
      query: { service: Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.audienceChars }) },
      answers: { 200: Answer },
      async handle(request) {
        const user = await findUser(request.params.sub, directory.users)
        const service = await findService(request.query.service, directory)
        const { audience } = service
        const sources = await directory.users.grantSources(user.sub, audience)
        const catalogue = await directory.services.catalogue(audience)
        const rights = effective({ user, service, sources, catalogue, now: nowSeconds(clock) })
        const named = await groupNamesOf(sources, directory)
        return {
          sub: user.sub,
          audience,
          ...(rights.blocked !== undefined && { blocked: rights.blocked }),
          routes: rights.routes.map((route) => describeRoute(route, named)),
          unmatched: rights.unmatched.map((source) => describeSource(source, named)),
        }
      },
    }),
  )
}

function describeRoute({ isPublic, isAllowed, by, ...route }: EffectiveRoute, named: GroupNames) {
  return {
    ...route,
    public: isPublic,
    allowed: isAllowed,
    by: by.map((source) => describeSource(source, named)),
  }
}
