/** GET /admin/v1/metrics, Prometheus text format; GET /admin/v1/feed, the same about the feed for people and `latchkey doctor`. */
import type { FastifyInstance } from 'fastify'
import { type FeedMetricsDeps, feedMetrics, leaseAgeMs } from '../metrics/feed-metrics.ts'
import { PROMETHEUS_TYPE, prometheusText } from '../metrics/prometheus-text.ts'

export interface AdminMetricsDeps extends FeedMetricsDeps {
  readonly canarySeconds: number
}

export function adminMetrics(deps: AdminMetricsDeps) {
  return async (app: FastifyInstance) => {
    app.get('/admin/v1/metrics', async (_, reply) => {
      return await reply.type(PROMETHEUS_TYPE).send(prometheusText(feedMetrics(deps)))
    })

    app.get('/admin/v1/feed', async () => {
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
    })
  }
}
