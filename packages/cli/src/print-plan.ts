import type { PlanAnswer } from '@latchkey/issuer'
import type { Context } from './command.ts'
import { CLUSTER } from './messages/cluster.ts'
import { adoptedLines, type PlanLine, planLines, type Sign } from './plan-lines.ts'
import { printable } from './text-width.ts'

/** SGR: green, yellow, red. */
const COLOURS: Readonly<Record<Sign, number | undefined>> = {
  '+': 32,
  '~': 33,
  '-': 31,
  '!': 33,
  ' ': undefined,
}

/** The difference, what becomes owned by the file, and how much of each. Colours on a terminal only (https://no-color.org). */
export function printPlan(plan: PlanAnswer, file: string, context: Context): void {
  const { say, print, terminal } = context
  const coloured = terminal.stdout.isTTY === true && (terminal.env['NO_COLOR'] ?? '') === ''
  const show = (lines: readonly PlanLine[]) => {
    for (const one of lines) print(coloured ? paint(one) : plain(one))
  }
  show(planLines(plan, context))
  if (plan.adopted.length > 0) print(printable(say(CLUSTER.adopted, { file })))
  show(adoptedLines(plan, context))
  const counts = countsOf(plan)
  if (plan.changes.length > 0) print(say(CLUSTER.counts, counts))
  else print(say(counts.adopt > 0 ? CLUSTER.onlyOwner : CLUSTER.nothing, counts))
}

/** How many entries there are of each kind of change. */
export function countsOf({ changes, adopted }: PlanAnswer) {
  const counts = { create: 0, update: 0, retire: 0, remove: 0, adopt: adopted.length }
  for (const { action } of changes) counts[action] += 1
  return counts
}

function plain({ sign, text }: PlanLine): string {
  return `${sign} ${text}`
}

function paint(line: PlanLine): string {
  const colour = COLOURS[line.sign]
  return colour === undefined ? plain(line) : `\u001b[${colour}m${plain(line)}\u001b[0m`
}
