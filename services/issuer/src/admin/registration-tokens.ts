/** /admin/v1/registration-tokens: initial access tokens, by which apps register themselves (RFC 7591 section 3). */
import type { Directory, RegistrationToken } from '@latchkey/directory'
import { type Clock, InputError, nowSeconds, type Random } from '@latchkey/protocol'
import { Type } from 'typebox'
import { tokenHash } from '../registration/self-registered.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from './framework/shipped-roles.ts'
import type { RecordedChange } from './recorded-change.ts'

export interface AdminRegistrationTokensDeps {
  readonly registrationTokens: Pick<Directory['registrationTokens'], 'list'>
  readonly recorded: RecordedChange
  readonly clock: Clock
  readonly random: Random
}

/** `expires_in` is in seconds, by default a day; `uses` is by default 1. */
const Body = closedObject({
  note: Type.Optional(Type.String({ maxLength: 1024 })),
  expires_in: Type.Optional(Type.Integer({ minimum: 60, maximum: 366 * 86_400 })),
  uses: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
})

const MEMBERS = {
  id: Type.String(),
  note: Type.String(),
  expires_at: Type.Integer(),
  uses_left: Type.Integer(),
  created_at: Type.Integer(),
}
const Token = closedObject(MEMBERS, 'RegistrationToken')
const NewToken = closedObject({ ...MEMBERS, token: Type.String() }, 'NewRegistrationToken')

export function adminRegistrationTokens(deps: AdminRegistrationTokensDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/registration-tokens',
      summary: 'Lists the initial access tokens by which apps may register themselves',
      roles: EVERY_ROLE,
      answers: { 200: closedObject({ registration_tokens: Type.Array(Token) }) },
      handle: async () => ({
        registration_tokens: (await deps.registrationTokens.list()).map(describeToken),
      }),
    }),
    adminRoute({
      method: 'POST',
      path: '/registration-tokens',
      summary: 'Makes an initial access token, which is shown once',
      roles: ADMIN_ONLY,
      body: Body,
      answers: { 201: NewToken },
      idempotent: true,
      async handle(request, reply) {
        const { note = '', expires_in = 86_400, uses = 1 } = request.body
        // Shown in this answer only: the directory keeps its digest.
        const token = deps.random.bytes(32).toString('base64url')
        const createdAt = nowSeconds(deps.clock)
        const kept = {
          tokenHash: tokenHash(token),
          note,
          expiresAt: createdAt + expires_in,
          usesLeft: uses,
        }
        await deps.recorded(request, 'registration_token.create', async (inside) => {
          await inside.registrationTokens.create(kept)
          const { expiresAt, usesLeft } = kept
          const detail = { note, expiresAt, usesLeft }
          return { target: targetOf(kept.tokenHash), detail, result: undefined }
        })
        return await reply.code(201).send({ token, ...describeToken({ ...kept, createdAt }) })
      },
    }),
    removeToken(deps),
  )
}

function removeToken(deps: AdminRegistrationTokensDeps) {
  return adminRoute({
    method: 'DELETE',
    path: '/registration-tokens/:id',
    summary: 'Takes an initial access token back',
    roles: ADMIN_ONLY,
    params: { id: Type.String({ maxLength: 64 }) },
    answers: { 204: null },
    async handle(request, reply) {
      const { id } = request.params
      await deps.recorded(request, 'registration_token.delete', async (inside) => {
        if (await inside.registrationTokens.remove(id)) {
          return { target: targetOf(id), detail: {}, result: undefined }
        }
        throw new InputError('unknown-registration-token', {
          received: id,
          expected: 'the id of a registration token',
        })
      })
      return await reply.code(204).send()
    },
  })
}

function targetOf(id: string): string {
  return `registration token ${id}`
}

/** The id is the digest: it opens nothing. */
function describeToken(token: RegistrationToken) {
  return {
    id: token.tokenHash,
    note: token.note,
    expires_at: token.expiresAt,
    uses_left: token.usesLeft,
    created_at: token.createdAt,
  }
}
