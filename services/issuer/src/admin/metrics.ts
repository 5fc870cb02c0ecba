/** GET /admin/v1/metrics, Prometheus text format; GET /admin/v1/feed, the same about the feed for people and `latchkey doctor`. */
import { Type } from 'typebox'
import { type FeedMetricsDeps, feedMetrics, leaseAgeMs } from '../metrics/feed-metrics.ts'
import { PROMETHEUS_TYPE, prometheusText } from '../metrics/prometheus-text.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { EVERY_ROLE } from './framework/shipped-roles.ts'

export interface AdminMetricsDeps extends FeedMetricsDeps {
  readonly canarySeconds: number
}

const Feed = closedObject(
  {
    lease_ms: Type.Number(),
    lease_confirmation_age_ms: Type.Optional(Type.Number()),
    canary: closedObject({
      seconds: Type.Number(),
      runs: Type.Integer(),
      failed: Type.Integer(),
      unconfirmed: Type.Integer(),
      count: Type.Integer(),
      max_ms: Type.Number(),
      buckets: Type.Array(closedObject({ le_ms: Type.Number(), count: Type.Integer() })),
    }),
  },
  'Feed',
)

export function adminMetrics(deps: AdminMetricsDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/metrics',
      summary: 'Numbers of this process in the text format of Prometheus',
      roles: EVERY_ROLE,
      answers: { 200: { media: 'text/plain' } },
      handle: async (_, reply) =>
        await reply.type(PROMETHEUS_TYPE).send(prometheusText(feedMetrics(deps))),
    }),
    adminRoute({
      method: 'GET',
      path: '/feed',
      summary: 'How fast ends reach verifiers, measured by the canary',
      roles: EVERY_ROLE,
      answers: { 200: Feed },
      handle: async () => describeFeed(deps),
    }),
  )
}

function describeFeed(deps: AdminMetricsDeps) {
  const { histogram, runs, failed, unconfirmed } = deps.canary.facts()
  const ageMs = leaseAgeMs(deps)
  return {
    lease_ms: deps.leaseMs,
    ...(ageMs !== undefined && { lease_confirmation_age_ms: ageMs }),
    canary: {
      seconds: deps.canarySeconds,
      runs,
      failed,
      unconfirmed,
      count: histogram.count,
      max_ms: histogram.maxMs,
      buckets: histogram.buckets.map(({ leMs, count }) => ({ le_ms: leMs, count })),
    },
  }
}
