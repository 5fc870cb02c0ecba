/** Prometheus text format, version 0.0.4. */
import type { HistogramFacts } from './histogram.ts'

export type Metric =
  | {
      readonly kind: 'counter' | 'gauge'
      readonly name: string
      readonly help: string
      readonly samples: readonly Sample[]
    }
  | {
      readonly kind: 'histogram'
      readonly name: string
      readonly help: string
      readonly facts: HistogramFacts
    }

export interface Sample {
  /** Their values come from a list in the code, never from a request: every value is a series for ever. */
  readonly labels?: Readonly<Record<string, string>>
  readonly value: number
}

export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.flatMap((metric) => [...head(metric), ...lines(metric), '']).join('\n')
}

function head({ name, help, kind }: Metric): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`]
}

function lines(metric: Metric): string[] {
  if (metric.kind !== 'histogram') {
    return metric.samples.map(({ labels, value }) => `${metric.name}${labelText(labels)} ${value}`)
  }
  const { name, facts } = metric
  const buckets = facts.buckets.map(
    ({ leMs, count }) => `${name}_bucket{le="${leMs / 1000}"} ${count}`,
  )
  return [
    ...buckets,
    `${name}_bucket{le="+Inf"} ${facts.count}`,
    `${name}_sum ${facts.sumMs / 1000}`,
    `${name}_count ${facts.count}`,
  ]
}

function labelText(labels: Sample['labels'] = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
