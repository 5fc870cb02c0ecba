import type { Clock } from '@latchkey/protocol'
import { type AdminVerifiersDeps, lagOf } from '../admin/verifiers.ts'
import type { Canary } from '../canary/canary.ts'
import type { LeaseClock } from '../feed/lease-clock.ts'
import type { EndCounter } from './end-counter.ts'
import type { Metric } from './prometheus-text.ts'

export interface FeedMetricsDeps extends AdminVerifiersDeps {
  readonly canary: Pick<Canary, 'facts'>
  readonly ends: Pick<EndCounter, 'samples'>
  readonly lease: Pick<LeaseClock, 'confirmed'>
  readonly leaseMs: number
  readonly clock: Clock
}

/** Milliseconds since the write on which leases rest was begun; undefined: no leases can be given. */
export function leaseAgeMs({ lease, clock }: Pick<FeedMetricsDeps, 'lease' | 'clock'>) {
  const confirmed = lease.confirmed()
  return confirmed && clock.monotonicMs() - confirmed.begunAtMs
}

/** Of this process alone: whoever collects them adds up. */
export function feedMetrics(deps: FeedMetricsDeps): Metric[] {
  const own = deps.known.own()
  const lags = own.map((one) => lagOf(one, deps))
  const ageMs = leaseAgeMs(deps)
  const { histogram, runs, unconfirmed } = deps.canary.facts()
  return [
    gauge('latchkey_verifiers', 'Verifiers on the feed of this process.', own.length),
    gauge(
      'latchkey_verifiers_unplaced',
      'Verifiers that have not said yet where they are in the log.',
      lags.filter((lag) => lag === undefined).length,
    ),
    gauge(
      'latchkey_verifier_lag_entries_max',
      'Entries that the verifier which is furthest behind has not applied.',
      Math.max(0, ...lags.map((lag) => lag ?? 0)),
    ),
    gauge('latchkey_lease_seconds', 'T: how long a lease lasts.', deps.leaseMs / 1000),
    {
      kind: 'gauge',
      name: 'latchkey_lease_confirmation_age_seconds',
      help: 'Since the write on which leases rest was begun; absent when none can be given.',
      samples: ageMs === undefined ? [] : [{ value: ageMs / 1000 }],
    },
    {
      kind: 'counter',
      name: 'latchkey_ends_total',
      help: 'What was ended by this process.',
      samples: deps.ends.samples(),
    },
    {
      kind: 'histogram',
      name: 'latchkey_canary_applied_seconds',
      help: 'From ending a session of the canary until a verifier has applied it.',
      facts: histogram,
    },
    gauge('latchkey_canary_applied_seconds_max', 'The longest of them.', histogram.maxMs / 1000),
    counter('latchkey_canary_runs_total', 'Sessions that the canary has ended.', runs),
    counter(
      'latchkey_canary_unconfirmed_total',
      'Connected verifiers that had not applied an end of the canary after T.',
      unconfirmed,
    ),
  ]
}

function gauge(name: string, help: string, value: number): Metric {
  return { kind: 'gauge', name, help, samples: [{ value }] }
}

function counter(name: string, help: string, value: number): Metric {
  return { kind: 'counter', name, help, samples: [{ value }] }
}
