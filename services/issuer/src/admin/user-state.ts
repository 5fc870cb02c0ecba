/** /admin/v1/users/:sub/…: what changes whether and how a person can sign in, and so ends what is open. */
import type { Directory, User, Users } from '@latchkey/directory'
import { type EndReason, LIMITS } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import type { End } from '../ending/end.ts'
import type { OneTimeCodes } from '../people/one-time-codes.ts'
import { actorOf } from './actor.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import { findUser, UserParams } from './user-params.ts'

export interface AdminUserStateDeps {
  readonly users: Pick<Users, 'hashPassword'>
  readonly codes: Pick<OneTimeCodes, 'forgive'>
  readonly end: End
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const PasswordBody = Type.Object(
  { password: Type.String({ minLength: 1, maxLength: LIMITS.passwordBytes }) },
  { additionalProperties: false },
)
type PasswordBody = Static<typeof PasswordBody>

type UserRequest = FastifyRequest<{ Params: UserParams }>

export function adminUserState(deps: AdminUserStateDeps) {
  /** First the state, then the end: whoever reads the log position after the end sees the new state. */
  async function change(
    request: UserRequest,
    reply: FastifyReply,
    facts: { action: string; ends?: EndReason; isNewProof?: boolean },
    work: (inside: Directory, user: User) => Promise<Record<string, unknown>>,
  ) {
    const { sub } = request.params
    await deps.recorded(request, facts.action, async (inside) => {
      const user = await findUser(sub, inside.users)
      await deps.refuseMoreThanOwn(request, user, inside)
      return { target: `user ${sub}`, detail: await work(inside, user), result: undefined }
    })
    if (facts.ends) await deps.end({ kind: 'user', sub }, facts.ends, actorOf(request))
    if (facts.isNewProof) await deps.codes.forgive(sub)
    return await reply.code(204).send()
  }

  const setDisabled = (disabled: boolean) => async (inside: Directory, user: User) => {
    await inside.users.setDisabled(user.sub, disabled)
    return { before: { disabled: user.disabled }, after: { disabled } }
  }

  return async (app: FastifyInstance) => {
    app.post<{ Params: UserParams }>(
      '/admin/v1/users/:sub/disable',
      { schema: { params: UserParams } },
      async (request, reply) =>
        await change(
          request,
          reply,
          { action: 'user.disable', ends: 'user_disabled' },
          setDisabled(true),
        ),
    )

    app.post<{ Params: UserParams }>(
      '/admin/v1/users/:sub/enable',
      { schema: { params: UserParams } },
      async (request, reply) =>
        await change(request, reply, { action: 'user.enable' }, setDisabled(false)),
    )

    // For a phone that is lost. Whoever has found it may be signed in with it.
    app.delete<{ Params: UserParams }>(
      '/admin/v1/users/:sub/one-time-code',
      { schema: { params: UserParams } },
      async (request, reply) => {
        const action = 'user.one_time_code'
        const facts = { action, ends: 'one_time_code_changed', isNewProof: true } as const
        return await change(request, reply, facts, async (inside, { sub, hasOneTimeCode }) => {
          await inside.users.setOneTimeCodeSecret(sub, null)
          return { before: hasOneTimeCode, after: false }
        })
      },
    )

    app.put<{ Params: UserParams; Body: PasswordBody }>(
      '/admin/v1/users/:sub/password',
      { schema: { params: UserParams, body: PasswordBody } },
      async (request, reply) => {
        // Before the transaction: others would wait for the hash.
        const hash = await deps.users.hashPassword(request.body.password)
        const action = 'user.password'
        const facts = { action, ends: 'password_changed', isNewProof: true } as const
        return await change(request, reply, facts, async (inside, { sub }) => {
          await inside.users.setPasswordHash(sub, hash)
          return {}
        })
      },
    )
  }
}
