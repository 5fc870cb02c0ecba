/** /admin/v1/users/:sub/…: what changes whether and how a person can sign in, and so ends what is open. */
import type { Directory, User, Users } from '@latchkey/directory'
import { type EndReason, LIMITS } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { OneTimeCodes } from '../people/one-time-codes.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUserStateDeps {
  readonly users: Pick<Users, 'hashPassword'>
  readonly codes: Pick<OneTimeCodes, 'forgive'>
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const PasswordBody = closedObject({
  password: Type.String({ minLength: 1, maxLength: LIMITS.passwordBytes }),
  must_change: Type.Optional(
    Type.Boolean({ description: 'The person chooses another one at the next sign-in.' }),
  ),
})

/** One change of the state of a person, with what it ends. */
interface StateChange {
  readonly action: string
  readonly ends?: EndReason
  /** Guesses at the old proof say nothing about the new one. */
  readonly isNewProof?: boolean
  /** Gives what the audit record tells. */
  work(inside: Directory, user: User): Promise<Record<string, unknown>>
}

export function adminUserState(deps: AdminUserStateDeps) {
  return adminRoutes(
    adminRoute({
      method: 'POST',
      path: '/users/:sub/disable',
      summary: 'Keeps a person out and ends everything of theirs',
      roles: ADMIN_ONLY,
      params: SUB,
      answers: { 204: null },
      handle: async (request, reply) => {
        const facts = { action: 'user.disable', ends: 'user_disabled' } as const
        await change(request, request.params.sub, { ...facts, work: setDisabled(true) }, deps)
        return await reply.code(204).send()
      },
    }),
    adminRoute({
      method: 'POST',
      path: '/users/:sub/enable',
      summary: 'Lets a disabled person in again',
      roles: ADMIN_ONLY,
      params: SUB,
      answers: { 204: null },
      handle: async (request, reply) => {
        await change(
          request,
          request.params.sub,
          { action: 'user.enable', work: setDisabled(false) },
          deps,
        )
        return await reply.code(204).send()
      },
    }),
    removeOneTimeCode(deps),
    setPassword(deps),
  )
}

/** For a phone that is lost. Whoever has found it may be signed in with it. */
function removeOneTimeCode(deps: AdminUserStateDeps) {
  return adminRoute({
    method: 'DELETE',
    path: '/users/:sub/one-time-code',
    summary: 'Takes the one-time code from an account, and ends its sessions',
    roles: ADMIN_ONLY,
    params: SUB,
    answers: { 204: null },
    async handle(request, reply) {
      const work = async (inside: Directory, { sub, hasOneTimeCode }: User) => {
        await inside.users.setOneTimeCodeSecret(sub, null)
        return { before: hasOneTimeCode, after: false }
      }
      const ends = 'one_time_code_changed'
      await change(
        request,
        request.params.sub,
        { action: 'user.one_time_code', ends, isNewProof: true, work },
        deps,
      )
      return await reply.code(204).send()
    },
  })
}

function setPassword(deps: AdminUserStateDeps) {
  return adminRoute({
    method: 'PUT',
    path: '/users/:sub/password',
    summary: 'Sets a password, and ends the sessions of the person',
    roles: ADMIN_ONLY,
    params: SUB,
    body: PasswordBody,
    answers: { 204: null },
    async handle(request, reply) {
      // Before the transaction: others would wait for the hash.
      const { password, must_change: mustChange = false } = request.body
      const hash = await deps.users.hashPassword(password)
      const work = async (inside: Directory, { sub }: User) => {
        await inside.users.setPasswordHash(sub, hash, { mustChange })
        return { mustChange }
      }
      const ends = 'password_changed'
      await change(
        request,
        request.params.sub,
        { action: 'user.password', ends, isNewProof: true, work },
        deps,
      )
      return await reply.code(204).send()
    },
  })
}

async function change(
  request: FastifyRequest,
  sub: string,
  { action, ends, isNewProof, work }: StateChange,
  deps: AdminUserStateDeps,
): Promise<void> {
  await deps.rightsChange(request, action, async (inside) => {
    const user = await findUser(sub, inside.users)
    await deps.refuseMoreThanOwn(request, user, inside)
    const detail = await work(inside, user)
    return {
      ...{ target: `user ${sub}`, detail, result: undefined },
      // What they are barred from is ended by more than `stale`.
      stale: [],
      ends: ends ? [{ target: { kind: 'user', sub }, reason: ends }] : [],
    }
  })
  if (isNewProof) await deps.codes.forgive(sub)
}

function setDisabled(disabled: boolean): StateChange['work'] {
  return async (inside, user) => {
    await inside.users.setDisabled(user.sub, disabled)
    return { before: { disabled: user.disabled }, after: { disabled } }
  }
}
