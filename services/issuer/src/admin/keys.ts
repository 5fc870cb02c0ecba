/** /admin/v1/keys: which keys there are and who still waits for them, a rotation, and an emergency. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { Type } from 'typebox'
import type { KeyChanges } from '../keys/key-changes.ts'
import type { KeyHolders } from '../keys/key-holders.ts'
import { unconfirmed } from '../keys/key-rules.ts'
import { type KnownKey, type KnownKeysDeps, livingKeys } from '../keys/known-keys.ts'
import { KEY_PAIR_ALGS } from '../keys/signing-keys.ts'
import { actorOf } from './actor.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminKeysDeps extends KnownKeysDeps {
  readonly changes: KeyChanges
  readonly holders: KeyHolders
  readonly clock: Clock
  readonly leaseMs: number
}

const RotateBody = Type.Union([
  closedObject({ service: Type.String({ minLength: 1, maxLength: 2048 }) }),
  closedObject({ alg: Type.Enum([...KEY_PAIR_ALGS]) }),
])
const RetireBody = closedObject({ kid: Type.String({ minLength: 1, maxLength: 64 }) })

const Waiting = closedObject({
  instance: Type.String(),
  service: Type.String(),
  client: Type.String(),
  connected: Type.Boolean(),
})
const Key = closedObject(
  {
    kid: Type.String(),
    alg: Type.String(),
    state: Type.Enum(['pending', 'active', 'retiring']),
    services: Type.Array(Type.String()),
    shared: Type.Boolean(),
    since: Type.Integer(),
    age_seconds: Type.Integer(),
    waits_for: Type.Optional(Type.Array(Waiting)),
  },
  'Key',
)
const Rotation = closedObject({ kid: Type.String(), started: Type.Boolean() })

export function adminKeys(deps: AdminKeysDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/keys',
      summary: 'Which keys there are, and who still waits for them',
      roles: EVERY_ROLE,
      answers: { 200: closedObject({ keys: Type.Array(Key) }) },
      handle: async () => ({ keys: await describeKeys(deps) }),
    }),
    adminRoute({
      method: 'POST',
      path: '/keys/rotate',
      summary: 'Begins the rotation of a key; again while it is under way, changes nothing',
      roles: ADMIN_ONLY,
      body: RotateBody,
      answers: { 200: Rotation, 201: Rotation },
      async handle(request, reply) {
        const { kid, isNew } = await deps.changes.rotate(request.body, actorOf(request))
        request.log.info({ kid, isNew }, 'key rotation asked for')
        return await reply.code(isNew ? 201 : 200).send({ kid, started: isNew })
      },
    }),
    adminRoute({
      method: 'POST',
      path: '/keys/retire',
      summary: 'Emergency: the key signs and verifies nothing any more',
      roles: ADMIN_ONLY,
      body: RetireBody,
      answers: { 200: closedObject({ kid: Type.String(), closed_by: Type.String() }) },
      async handle(request, reply) {
        const { kid } = request.body
        await deps.changes.retire(kid, actorOf(request))
        // From now on: a verifier whose lease was granted just before this answer holds it for at most T.
        const closedBy = new Date(deps.clock.nowMs() + deps.leaseMs).toISOString()
        request.log.warn({ kid }, 'key retired in an emergency')
        return await reply.send({ kid, closed_by: closedBy })
      },
    }),
  )
}

async function describeKeys(deps: AdminKeysDeps) {
  const keys = await livingKeys(deps)
  const isRotating = keys.some(({ state }) => state === 'pending')
  const holders = isRotating ? await deps.holders() : []
  const time = { now: nowSeconds(deps.clock), leaseMs: deps.leaseMs }
  const waiting = ({ kid, audiences }: KnownKey) =>
    unconfirmed(
      kid,
      holders.filter(({ audience }) => audiences.includes(audience)),
      time,
    ).map(({ instance, audience, clientId, goneAt }) => ({
      instance,
      service: audience,
      client: clientId,
      connected: goneAt === undefined,
    }))
  return keys.map((key) => ({
    kid: key.kid,
    alg: key.alg,
    state: key.state,
    services: key.audiences,
    shared: key.kind === 'service',
    since: key.since,
    age_seconds: Math.max(0, time.now - key.since),
    ...(key.state === 'pending' && { waits_for: waiting(key) }),
  }))
}
