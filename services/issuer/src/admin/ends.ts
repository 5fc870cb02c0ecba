/** POST /admin/v1/ends and GET /admin/v1/ends/:id: ends something, and says which verifiers have applied it (RFC 7240). */
import type { Clients, Services, Users } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  InputError,
  OAuthError,
  type Scheduler,
  StoreUnavailable,
} from '@latchkey/protocol'
import { Type } from 'typebox'
import { preferredWait } from '../http/prefer.ts'
import { ADMIN_REASONS, AdminTarget } from '../receipts/admin-target.ts'
import type { OperationKeeper } from '../receipts/operation-keeper.ts'
import { needsConfirmation, type previews } from '../receipts/preview.ts'
import type { RunEnd } from '../receipts/run-end.ts'
import { actorOf } from './actor.ts'
import { callerRights } from './caller-rights.ts'
import { OperationAnswer, PreviewAnswer } from './end-answers.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ENDING_ROLES, EVERY_ROLE } from './framework/shipped-roles.ts'
import { findUser } from './user-params.ts'

export interface AdminEndsDeps {
  readonly users: Pick<Users, 'find'>
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly runEnd: RunEnd
  readonly operations: Pick<OperationKeeper, 'find'>
  readonly previews: ReturnType<typeof previews>
  readonly scheduler: Scheduler
}

const ID = '^[A-Za-z0-9_-]{22}$'
const EndBody = closedObject({
  target: AdminTarget,
  reason: Type.Optional(Type.Enum([...ADMIN_REASONS])),
  confirm: Type.Optional(Type.String({ pattern: ID })),
})

/** A connection that waits costs little, but proxies in between lose patience. */
const MOST_WAIT_SECONDS = 10

export function adminEnds(deps: AdminEndsDeps) {
  return adminRoutes(
    endRoute(deps),
    adminRoute({
      method: 'POST',
      path: '/ends/preview',
      summary: 'How much an end would concern, and what confirms it',
      roles: ENDING_ROLES,
      body: closedObject({ target: AdminTarget }),
      answers: { 200: PreviewAnswer },
      async handle({ body }) {
        await checkTarget(body.target, deps)
        return await deps.previews.preview(body.target)
      },
    }),
    adminRoute({
      method: 'GET',
      path: '/ends/:id',
      summary: 'What has become of an end of the last day',
      roles: EVERY_ROLE,
      params: { id: Type.String({ pattern: ID }) },
      answers: { 200: OperationAnswer },
      async handle({ params }) {
        const found = await deps.operations.find(params.id)
        if (found) return found
        throw new InputError('unknown-operation', {
          received: params.id,
          expected: 'the id of an end of the last day',
        })
      },
    }),
  )
}

function endRoute(deps: AdminEndsDeps) {
  return adminRoute({
    method: 'POST',
    path: '/ends',
    summary: 'Ends something; with Prefer: wait=SECONDS it waits until verifiers have applied it',
    roles: ENDING_ROLES,
    body: EndBody,
    answers: { 200: OperationAnswer, 202: OperationAnswer },
    async handle(request, reply) {
      const { target, reason = 'admin', confirm } = request.body
      refuseEmergency(target, request.admin)
      await checkTarget(target, deps)
      await checkConfirmation(target, confirm, deps)
      const run = await deps.runEnd({ target, reason, actor: actorOf(request) })
      const wait = preferredWait(request.headers['prefer'], MOST_WAIT_SECONDS)
      if (wait !== undefined) {
        await settledWithin(wait * 1000, run.settled, deps.scheduler)
        reply.header('preference-applied', `wait=${wait}`)
      }
      const operation = run.operation()
      const { id, state, counts } = operation
      request.log.info({ operation: id, target: target.kind, counts }, 'ended by admin')
      return await reply
        .code(state === 'running' ? 202 : 200)
        .header('location', `/admin/v1/ends/${id}`)
        .send(operation)
    },
  })
}

/** What everybody notices, or what cannot be undone, needs the right to emergencies: the support role ends sessions without it. */
const EMERGENCIES: readonly AdminTarget['kind'][] = ['key', 'all', 'signed_in_before']

function refuseEmergency({ kind }: AdminTarget, claims: AccessTokenClaims | undefined): void {
  if (!EMERGENCIES.includes(kind)) return
  if (claims && callerRights(claims).allows('POST', '/admin/v1/keys/retire')) return
  throw new OAuthError('insufficient_scope', 'no_right_to_emergencies', {
    description: `an end of ${kind} also needs POST /admin/v1/keys/retire`,
  })
}

/** Tells an admin who mistyped. While SQL is away ending goes on (docs/architecture.md): an entry about nobody harms nobody. */
async function checkTarget(target: AdminTarget, deps: AdminEndsDeps): Promise<void> {
  try {
    if (target.kind === 'user') await findUser(target.sub, deps.users)
    if (target.kind === 'client' && !(await deps.clients.find(target.client_id))) {
      const expected = 'the id of a client'
      throw new InputError('unknown-client', { received: target.client_id, expected })
    }
    if (target.kind === 'service' && !(await deps.services.find(target.audience))) {
      const expected = 'the audience of a service'
      throw new InputError('unknown-service', { received: target.audience, expected })
    }
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error
  }
}

async function checkConfirmation(
  target: AdminTarget,
  confirm: string | undefined,
  { previews }: Pick<AdminEndsDeps, 'previews'>,
): Promise<void> {
  if (!needsConfirmation(target)) return
  if (confirm !== undefined && (await previews.isConfirmed(target, confirm))) return
  throw new InputError('not-confirmed', {
    received:
      confirm === undefined ? 'no confirm' : 'a confirm that is used, old or of another target',
    expected:
      'confirm as POST /admin/v1/ends/preview of this target gave it in the last ten minutes',
  })
}

async function settledWithin(
  milliseconds: number,
  settled: Promise<void>,
  scheduler: Scheduler,
): Promise<void> {
  const over = Promise.withResolvers<void>()
  const cancel = scheduler.after(milliseconds, over.resolve)
  await Promise.race([settled, over.promise])
  cancel()
}
