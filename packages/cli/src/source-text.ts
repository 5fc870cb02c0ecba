import type { Context } from './command.ts'
import { localTime } from './local-time.ts'
import { USER_EFFECTIVE } from './messages/user-effective.ts'
import type { Row } from './pages.ts'
import { printable } from './text-width.ts'

/** Where a grant comes from: `role clerk of group Sales: GET /orders`. */
export function sourceText(
  source: Row,
  { say, terminal }: Pick<Context, 'say' | 'terminal'>,
): string {
  const [grant, role] = [source['grant'], source['role']].map((one) => printable(String(one ?? '')))
  const group = printable(String(source['group_name'] ?? source['group'] ?? ''))
  const text = say(shapeOf(source), { grant: grant ?? '', role: role ?? '', group })
  const until = source['until']
  if (typeof until !== 'number') return text
  return say(USER_EFFECTIVE.until, { source: text, time: localTime(until, terminal) })
}

function shapeOf({ kind, group }: Row) {
  if (kind === 'direct') return USER_EFFECTIVE.direct
  if (kind === 'group') return USER_EFFECTIVE.group
  return group === undefined ? USER_EFFECTIVE.role : USER_EFFECTIVE.groupRole
}
