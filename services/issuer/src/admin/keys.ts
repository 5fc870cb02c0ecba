/** /admin/v1/keys: which keys there are and who still waits for them, a rotation, and an emergency. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import type { KeyChanges } from '../keys/key-changes.ts'
import type { KeyHolders } from '../keys/key-holders.ts'
import { unconfirmed } from '../keys/key-rules.ts'
import { type KnownKey, type KnownKeysDeps, livingKeys } from '../keys/known-keys.ts'
import { KEY_PAIR_ALGS } from '../keys/signing-keys.ts'
import { actorOf } from './actor.ts'

export interface AdminKeysDeps extends KnownKeysDeps {
  readonly changes: KeyChanges
  readonly holders: KeyHolders
  readonly clock: Clock
  readonly leaseMs: number
}

const closed = { additionalProperties: false } as const
const RotateBody = Type.Union([
  Type.Object({ service: Type.String({ minLength: 1, maxLength: 2048 }) }, closed),
  Type.Object({ alg: Type.Union(KEY_PAIR_ALGS.map((alg) => Type.Literal(alg))) }, closed),
])
const RetireBody = Type.Object({ kid: Type.String({ minLength: 1, maxLength: 64 }) }, closed)

export function adminKeys(deps: AdminKeysDeps) {
  return async (app: FastifyInstance) => {
    app.get('/admin/v1/keys', async () => ({ keys: await describeKeys(deps) }))

    app.post<{ Body: Static<typeof RotateBody> }>(
      '/admin/v1/keys/rotate',
      { schema: { body: RotateBody } },
      async (request, reply) => {
        const { kid, isNew } = await deps.changes.rotate(request.body, actorOf(request))
        request.log.info({ kid, isNew }, 'key rotation asked for')
        return await reply.code(isNew ? 201 : 200).send({ kid, started: isNew })
      },
    )

    app.post<{ Body: Static<typeof RetireBody> }>(
      '/admin/v1/keys/retire',
      { schema: { body: RetireBody } },
      async (request, reply) => {
        const { kid } = request.body
        await deps.changes.retire(kid, actorOf(request))
        // From now on: a verifier whose lease was granted just before this answer holds it for at most T.
        const closedBy = new Date(deps.clock.nowMs() + deps.leaseMs).toISOString()
        request.log.warn({ kid }, 'key retired in an emergency')
        return await reply.send({ kid, closed_by: closedBy })
      },
    )
  }
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
