import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { type FeedFacts, feedFindings } from '../feed-findings.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { DOCTOR, DOCTOR_FAULTS, DOCTOR_HELP, FINDINGS } from '../messages/doctor.ts'
import { bar, COLUMNS, padTo, wrap } from '../text-width.ts'
import { verifierRows } from '../verifier-rows.ts'
import { readVerifiers } from './verifiers.ts'

export const doctor = command({
  name: 'doctor',
  help: DOCTOR_HELP.run,
  examples: ['latchkey doctor', 'latchkey doctor --json'],
  run: async (context) => {
    const { common, say, print, printJson } = context
    const api = issuerApi(requireTarget(context), context)
    const feed = record(await api.get('/admin/v1/feed'))
    const { verifiers, complete } = await readVerifiers(context)
    const facts = { feed, verifiers, complete }
    const findings = feedFindings(facts)
    if (common.json) printJson({ ...facts, findings: findings.map(({ key }) => key) })
    else for (const line of [...feedLines(facts, context)]) print(line)
    if (!common.json) {
      for (const { key, params } of findings) {
        const [first = '', ...more] = wrap(say(FINDINGS[key], params), COLUMNS - 4)
        print(`  ! ${first}`)
        for (const line of more) print(`    ${line}`)
      }
      if (findings.length === 0) print(say(DOCTOR.fine))
    }
    if (findings.length > 0) {
      throw new CliError(DOCTOR_FAULTS.findings, { count: findings.length })
    }
  },
})

function feedLines(facts: FeedFacts, context: Context): string[] {
  const { say } = context
  const { lease_ms, lease_confirmation_age_ms: age } = facts.feed
  const lease =
    typeof age === 'number'
      ? say(DOCTOR.lease, { age: Math.round(age), lease: Number(lease_ms) })
      : say(DOCTOR.noLease)
  const table = facts.verifiers.length === 0 ? [] : ['', ...verifierRows(facts.verifiers, context)]
  return [say(DOCTOR.feed), lease, ...table, '', ...plot(facts, context), '']
}

/** How many verifiers took how long, a line for each step that has any. */
function plot({ feed }: FeedFacts, { say }: Context): string[] {
  const canary = record(feed['canary'])
  const { seconds, runs, count, max_ms: max, buckets } = canary
  if (seconds === 0) return []
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
