/** GET /admin/v1/deliveries: which apps were told of ended sessions, which not yet, and why not. */
import type { Delivery, Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { NO_ADDRESS } from '../backchannel/tell-app.ts'

export interface AdminDeliveriesDeps {
  readonly store: { readonly outbox: Pick<Store['outbox'], 'list' | 'ofSession'> }
}

/** `limit` is 1 to 500, by default 100. With `sid` only those of that session. */
const Query = Type.Object(
  {
    sid: Type.Optional(Type.String({ maxLength: 64 })),
    limit: Type.Optional(Type.String({ pattern: '^([1-9]|[1-9]\\d|[1-4]\\d\\d|500)$' })),
  },
  { additionalProperties: false },
)

export function adminDeliveries({ store }: AdminDeliveriesDeps) {
  return async (app: FastifyInstance) => {
    app.get<{ Querystring: Static<typeof Query> }>(
      '/admin/v1/deliveries',
      { schema: { querystring: Query } },
      async ({ query: { sid, limit = '100' } }) => {
        const most = Number(limit)
        const found =
          sid === undefined ? await store.outbox.list(most) : await store.outbox.ofSession(sid)
        return { deliveries: found.slice(0, most).map(describeDelivery) }
      },
    )
  }
}

function describeDelivery(delivery: Delivery) {
  return {
    sid: delivery.sid,
    sub: delivery.sub,
    client_id: delivery.clientId,
    // Every client of a session has a place in the outbox; one without an address has not failed.
    state: delivery.lastOutcome === NO_ADDRESS ? NO_ADDRESS : delivery.state,
    attempts: delivery.attempts,
    last_outcome: delivery.lastOutcome,
    created_at: delivery.createdAt,
    expires_at: delivery.expiresAt,
    ...(delivery.state === 'waiting'
      ? { next_at: delivery.nextAt }
      : { settled_at: delivery.settledAt }),
  }
}
