/** GET /admin/v1/users/:sub/sessions: where a person is signed in. */
import type { Users } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUserSessionsDeps {
  readonly users: Pick<Users, 'find'>
  readonly store: Pick<Store, 'sessions'>
  readonly clock: Clock
}

const MOST_SESSIONS = 200

export function adminUserSessions(deps: AdminUserSessionsDeps) {
  return async (app: FastifyInstance) => {
    app.get<{ Params: UserParams }>(
      '/admin/v1/users/:sub/sessions',
      { schema: { params: UserParams } },
      async (request) => {
        const { sub } = await findUser(request.params.sub, deps.users)
        const now = nowSeconds(deps.clock)
        const sessions = await deps.store.sessions.listByUser(sub, MOST_SESSIONS, now)
        return { sessions: sessions.map(describeSession) }
      },
    )
  }
}

/** Nothing of the cookie, not even its digest. */
function describeSession(session: SessionRecord) {
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
