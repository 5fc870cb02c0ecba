/** /admin/v1/users/:sub/…: what changes whether and how a person can sign in, and so ends what is open. */
import type { Users } from '@latchkey/directory'
import { type EndReason, LIMITS } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { End } from '../end.ts'
import { actorOf } from './actor.ts'
import type { AdminAudit } from './audit.ts'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUserStateDeps {
  readonly users: Pick<Users, 'find' | 'setDisabled' | 'setPassword'>
  readonly end: End
  readonly audit: AdminAudit
}

const PasswordBody = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: LIMITS.passwordBytes }) },
  { additionalProperties: false },
)
type PasswordBody = Static<typeof PasswordBody>

export function adminUserState(deps: AdminUserStateDeps) {
  /** First the state, then the end: whoever reads the log position after the end sees the new state. */
  async function change(
    request: FastifyRequest,
    reply: FastifyReply,
    action: string,
    sub: string,
    work: () => Promise<void>,
    ends?: EndReason,
  ) {
    await findUser(sub, deps.users)
    await work()
    await deps.audit(request, action, `user ${sub}`)
    if (ends) await deps.end({ kind: 'user', sub }, ends, actorOf(request))
    return await reply.code(204).send()
  }

  return async (app: FastifyInstance) => {
    app.post<{ Params: UserParams }>(
      '/admin/v1/users/:sub/disable',
      { schema: { params: UserParams } },
      async (request, reply) => {
        const { sub } = request.params
        const work = () => deps.users.setDisabled(sub, true)
        return await change(request, reply, 'user.disable', sub, work, 'user_disabled')
      },
    )

    app.post<{ Params: UserParams }>(
      '/admin/v1/users/:sub/enable',
      { schema: { params: UserParams } },
      async (request, reply) => {
        const { sub } = request.params
        const work = () => deps.users.setDisabled(sub, false)
        return await change(request, reply, 'user.enable', sub, work)
      },
    )

    app.put<{ Params: UserParams; Body: PasswordBody }>(
      '/admin/v1/users/:sub/password',
      { schema: { params: UserParams, body: PasswordBody } },
      async (request, reply) => {
        const { sub } = request.params
        const work = () => deps.users.setPassword(sub, request.body.password)
        return await change(request, reply, 'user.password', sub, work, 'password_changed')
      },
    )
  }
}
