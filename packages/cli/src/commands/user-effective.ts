import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { USER_EFFECTIVE, USER_EFFECTIVE_HELP } from '../messages/user-effective.ts'
import type { Row } from '../pages.ts'
import { sourceText } from '../source-text.ts'
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

function rowsOf(value: unknown): Row[] {
  return Array.isArray(value) ? value.map(record) : []
}
