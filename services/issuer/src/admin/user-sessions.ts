/** GET /admin/v1/users/:sub/sessions: where a person is signed in. */
import type { Users } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUserSessionsDeps {
  readonly users: Pick<Users, 'find'>
  readonly store: Pick<Store, 'sessions'>
  readonly clock: Clock
}

const MOST_SESSIONS = 200

export const SessionAnswer = closedObject(
  {
    sid: Type.String(),
    sub: Type.String(),
    auth_time: Type.Integer(),
    created_at: Type.Integer(),
    idle_expires_at: Type.Integer(),
    absolute_expires_at: Type.Integer(),
    clients: Type.Array(Type.String()),
    user_agent: Type.String(),
  },
  'Session',
)

export function adminUserSessions(deps: AdminUserSessionsDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/users/:sub/sessions',
      summary: 'Where a person is signed in',
      roles: EVERY_ROLE,
      params: SUB,
      answers: { 200: closedObject({ sessions: Type.Array(SessionAnswer) }) },
      async handle(request) {
        const { sub } = await findUser(request.params.sub, deps.users)
        const now = nowSeconds(deps.clock)
        const sessions = await deps.store.sessions.listByUser(sub, MOST_SESSIONS, now)
        return { sessions: sessions.map(describeSession) }
      },
    }),
  )
}

/** Nothing of the cookie, not even its digest. */
export function describeSession(session: SessionRecord) {
  return {
    sid: session.sid,
    sub: session.sub,
    auth_time: session.authTime,
    created_at: session.createdAt,
    idle_expires_at: session.idleExpiresAt,
    absolute_expires_at: session.absoluteExpiresAt,
    clients: session.clients,
    user_agent: session.userAgent,
  }
}
