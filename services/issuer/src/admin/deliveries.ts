/** GET /admin/v1/deliveries: which apps were told of ended sessions, which not yet, and why not. */
import type { Store, Delivery as StoredDelivery } from '@latchkey/store'
import { Type } from 'typebox'
import { NO_ADDRESS } from '../backchannel/tell-app.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { PAGE_QUERY } from './framework/pages.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminDeliveriesDeps {
  readonly store: { readonly outbox: Pick<Store['outbox'], 'list' | 'ofSession'> }
}

const Delivery = closedObject(
  {
    sid: Type.String(),
    sub: Type.String(),
    client_id: Type.String(),
    state: Type.Enum(['waiting', 'delivered', 'failed', NO_ADDRESS]),
    attempts: Type.Integer(),
    last_outcome: Type.String(),
    created_at: Type.Integer(),
    expires_at: Type.Integer(),
    next_at: Type.Optional(Type.Integer()),
    settled_at: Type.Optional(Type.Integer()),
  },
  'Delivery',
)

export function adminDeliveries({ store }: AdminDeliveriesDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/deliveries',
      summary: 'Which apps were told of ended sessions, and which not yet',
      roles: EVERY_ROLE,
      query: { sid: Type.Optional(Type.String({ maxLength: 64 })), limit: PAGE_QUERY.limit },
      answers: { 200: closedObject({ deliveries: Type.Array(Delivery) }) },
      async handle({ query: { sid, limit = '100' } }) {
        const most = Number(limit)
        const found =
          sid === undefined ? await store.outbox.list(most) : await store.outbox.ofSession(sid)
        return { deliveries: found.slice(0, most).map(describeDelivery) }
      },
    }),
  )
}

function describeDelivery(delivery: StoredDelivery) {
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
