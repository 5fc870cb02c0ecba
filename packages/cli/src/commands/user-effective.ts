import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { USER_EFFECTIVE, USER_EFFECTIVE_HELP } from '../messages/user-effective.ts'
import type { Row } from '../pages.ts'
import { tableLines } from '../table.ts'
import { printable } from '../text-width.ts'

const INDENT = ' '.repeat(12)

const BLOCKED = {
  user_disabled: USER_EFFECTIVE.blocked_user_disabled,
  user_must_change_password: USER_EFFECTIVE.blocked_user_must_change_password,
  service_disabled: USER_EFFECTIVE.blocked_service_disabled,
} as const

export const usersEffective = command({
  name: 'users effective',
  help: USER_EFFECTIVE_HELP.effective,
  arguments: ['USER', 'SERVICE'],
  examples: [
    'latchkey users effective ada https://orders.example',
    'latchkey users effective ada https://orders.example --json',
  ],
  run: async (context) => {
    const [name, service] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const { sub } = await findUser(api, name, context)
    const query = new URLSearchParams({ service })
    const rights = record(await api.get(`/admin/v1/users/${sub}/effective?${query}`))
    if (context.common.json) context.printJson(rights)
    else printRights(rights, context)
  },
})

function printRights(rights: Row, context: Context): void {
  const { say, print } = context
  const blocked = BLOCKED[String(rights['blocked']) as keyof typeof BLOCKED]
  if (blocked !== undefined) print(say(blocked))
  const { head, line } = tableLines(columns(context), context)
  print(head)
  for (const row of rowsOf(rights['routes'])) {
    print(line(row))
    // On lines of their own: a table would cut what people ask for.
    for (const source of rowsOf(row['by'])) print(`${INDENT}${sourceText(source, context)}`)
  }
  const unmatched = rowsOf(rights['unmatched'])
  if (unmatched.length === 0) return
  print('')
  print(say(USER_EFFECTIVE.unmatched, { count: String(unmatched.length) }))
  for (const source of unmatched) print(`${INDENT}${sourceText(source, context)}`)
}

function columns({ say }: Context) {
  const access = (row: Row) => {
    if (row['public'] === true) return USER_EFFECTIVE.open
    return row['allowed'] === true ? USER_EFFECTIVE.yes : USER_EFFECTIVE.no
  }
  const route = (row: Row) => printable(`${row['method']} ${row['pattern']}`)
  return [
    { title: USER_EFFECTIVE.columnAccess, width: 8, text: (row: Row) => say(access(row)) },
    { title: USER_EFFECTIVE.columnRoute, text: route },
  ]
}

function sourceText(source: Row, { say, terminal }: Context): string {
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

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(record) : []
}
