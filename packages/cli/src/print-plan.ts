import type { PlanAnswer } from '@latchkey/issuer'
import type { Context } from './command.ts'
import { CLUSTER } from './messages/cluster.ts'
import { type PlanLine, planLines, type Sign } from './plan-lines.ts'
import { printable } from './text-width.ts'

/** SGR: green, yellow, red. */
const COLOURS: Readonly<Record<Sign, number | undefined>> = {
  '+': 32,
  '~': 33,
  '-': 31,
  ' ': undefined,
}

/** The difference, what becomes owned by the file, and how much of each. Colours on a terminal only (https://no-color.org). */
export function printPlan(plan: PlanAnswer, file: string, context: Context): void {
  const { say, print, terminal } = context
  const coloured = terminal.stdout.isTTY === true && (terminal.env['NO_COLOR'] ?? '') === ''
  for (const one of planLines(plan, context)) print(coloured ? paint(one) : plain(one))
  for (const { kind, name, from } of plan.adopted) {
    if (from !== undefined) print(printable(`  ${say(CLUSTER.adoptedFrom, { kind, name, from })}`))
  }
  const counts = countsOf(plan)
  print(plan.changes.length === 0 ? say(CLUSTER.nothing) : say(CLUSTER.counts, counts))
  const count = plan.adopted.length
  if (count > 0) print(printable(say(CLUSTER.adopted, { count, file })))
}

/** How many entries there are of each kind of change. */
export function countsOf({ changes }: PlanAnswer) {
  const counts = { create: 0, update: 0, retire: 0, remove: 0 }
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
