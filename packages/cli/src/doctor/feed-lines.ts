import type { Context } from '../command.ts'
import { record } from '../issuer-api.ts'
import { DOCTOR } from '../messages/doctor.ts'
import { bar, padTo } from '../text-width.ts'
import { verifierRows } from '../verifier-rows.ts'
import type { FeedFacts } from './feed-findings.ts'

/** The leases, the verifiers, and how long they took to apply what the canary has ended. */
export function feedLines(facts: FeedFacts, context: Context): string[] {
  const { say } = context
  const { lease_ms, lease_confirmation_age_ms: age } = facts.feed
  const lease =
    typeof age === 'number'
      ? say(DOCTOR.lease, { age: Math.round(age), lease: Number(lease_ms) })
      : say(DOCTOR.noLease)
  const table = facts.verifiers.length === 0 ? [] : ['', ...verifierRows(facts.verifiers, context)]
  const drawn = plot(facts, context)
  return [say(DOCTOR.feed), lease, ...table, ...(drawn.length > 0 ? ['', ...drawn] : []), '']
}

/** How many verifiers took how long, a line for each step that has any. */
function plot({ feed }: FeedFacts, { say }: Context): string[] {
  const canary = record(feed['canary'])
  const { seconds, runs, count, max_ms: max, buckets } = canary
  // Of none nothing can be drawn.
  if (seconds === 0 || count === 0) return []
  const title = say(DOCTOR.canary, { runs: Number(runs), max: Math.round(Number(max)) })
  const steps = Array.isArray(buckets) ? buckets.map(record) : []
  let before = 0
  const rows = steps.map((step) => {
    const upTo = Number(step['count'])
    const here = upTo - before
    before = upTo
    return { label: `≤ ${step['le_ms']} ms`, here }
  })
  const last = { label: `> ${steps.at(-1)?.['le_ms']} ms`, here: Number(count) - before }
  const shown = [...rows, last].filter(({ here }) => here > 0)
  const most = Math.max(1, ...shown.map(({ here }) => here))
  return [
    title,
    ...shown.map(({ label, here }) => `  ${padTo(label, 10)}  ${bar(here / most, 40)}  ${here}`),
  ]
}
