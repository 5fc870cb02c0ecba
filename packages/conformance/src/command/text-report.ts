import type { ModuleResult } from '../modules/module-results.ts'
import { countOutcomes } from '../rule/count-outcomes.ts'
import type { Result } from '../rule/outcome.ts'
import { fold } from './fold.ts'
import type { Say } from './messages/messages.ts'

const MARKS = { passed: 'ok', failed: 'FAIL', warning: 'warn', skipped: 'skip' } as const

/** The lines for one rule; none for what nobody has to look at. */
export function resultLines({ rule, outcome }: Result, isVerbose: boolean, say: Say): string[] {
  const isQuiet = outcome.kind === 'passed' || outcome.kind === 'skipped'
  if (isQuiet && !isVerbose) return []
  const head = fold(`${MARKS[outcome.kind].padEnd(5)}${rule.id} (${rule.spec}) ${rule.title}`, 5)
  switch (outcome.kind) {
    case 'passed':
      return head
    case 'skipped':
      return [...head, ...fold(`     ${say('skipped')}: ${outcome.reason}`, 7)]
    case 'failed':
    case 'warning':
      return [
        ...head,
        ...fold(`     ${say('received')}: ${outcome.received}`, 7),
        ...fold(`     ${say('expected')}: ${outcome.expected}`, 7),
      ]
  }
}

/** What stands below: the modules that do not pass, and the numbers. */
export function summaryLines(
  results: readonly Result[],
  modules: readonly ModuleResult[],
  isVerbose: boolean,
  say: Say,
): string[] {
  const shown = modules.filter(({ kind }) => isVerbose || kind === 'failed')
  const lines = shown.flatMap(({ kind, module, broken }) =>
    fold(
      `${MARKS[kind].padEnd(5)}${module.name}${broken.length > 0 ? `: ${broken.join(', ')}` : ''}`,
      5,
    ),
  )
  return [
    ...(lines.length > 0 ? ['', say('modules'), ...lines] : []),
    '',
    say('summary', countOutcomes(results)),
  ]
}
