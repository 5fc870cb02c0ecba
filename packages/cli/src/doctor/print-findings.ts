import type { Context } from '../command.ts'
import { DOCTOR } from '../messages/doctor.ts'
import { DOCTOR_FINDINGS } from '../messages/doctor-findings.ts'
import { COLUMNS, padTo, wrap } from '../text-width.ts'
import type { Check, Finding, FindingId } from './finding.ts'

/** What it is, and how to mend it. An issuer that is newer than this command knows findings that have no text here. */
export function textsOf({ id, facts }: Finding, { say }: Pick<Context, 'say'>) {
  const texts = Object.hasOwn(DOCTOR_FINDINGS, id) ? DOCTOR_FINDINGS[id as FindingId] : undefined
  if (texts === undefined) {
    return { what: say(DOCTOR.newer, { id, facts: factsText(facts) }), mend: say(DOCTOR.upgrade) }
  }
  return { what: say(texts.what, facts), mend: say(texts.mend, facts) }
}

const ORDER = ['error', 'warning', 'note'] as const

/** The gravest first. */
export function gravestFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
}

/** Two sentences for each finding: `  ! what it is` and below it how to mend it. */
export function findingLines(findings: readonly Finding[], context: Context): string[] {
  return findings.flatMap((finding) => {
    const { what, mend } = textsOf(finding, context)
    const title = `${context.say(DOCTOR[finding.severity])}${what} [${finding.id}]`
    const indented = (text: string, margin: string) =>
      wrap(text, COLUMNS - margin.length).map((line) => margin + line)
    const [first = '', ...more] = indented(title, '    ')
    return [`  ! ${first.slice(4)}`, ...more, ...indented(mend, '      ')]
  })
}

const NAME_COLUMNS = 13

/** A line for each check: what it has seen. */
export function checkLines(checks: readonly Check[]): string[] {
  const margin = ' '.repeat(NAME_COLUMNS + 2)
  return checks.flatMap(({ check, facts, milliseconds }) => {
    const text = [factsText(facts), `${milliseconds} ms`].filter((one) => one !== '').join(', ')
    const [first = '', ...more] = wrap(text, COLUMNS - margin.length)
    return [`  ${padTo(check, NAME_COLUMNS)}${first}`, ...more.map((line) => margin + line)]
  })
}

function factsText(facts: Check['facts']): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name.replaceAll('_', ' ')} ${value}`)
    .join(', ')
}
