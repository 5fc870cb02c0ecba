import { browserName } from '../browser-name.ts'
import { type CommandContext, type Context, command, type Options } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { PAGES } from '../messages/pages.ts'
import { SESSIONS, SESSIONS_HELP } from '../messages/sessions.ts'
import { limitOption, userOption } from '../options.ts'
import { pages, type Row, rowsOf } from '../pages.ts'
import { printList } from '../print-list.ts'
import { readLimit } from '../read-limit.ts'
import { type Column, tableLines } from '../table.ts'
import { COLUMNS, cut, printable } from '../text-width.ts'

const OPTIONS = {
  user: userOption,
  client: {
    value: 'CLIENT',
    text: { en: 'only those of which this app has tokens', zh: '仅此应用持有其令牌者' },
  },
  limit: limitOption,
} as const satisfies Options

type ListContext = CommandContext<readonly [], typeof OPTIONS>

export const sessionsList = command({
  name: 'sessions list',
  help: SESSIONS_HELP.list,
  options: OPTIONS,
  examples: [
    'latchkey sessions list --user ada',
    'latchkey sessions list --client orders --limit 50',
    'latchkey sessions list --json > sessions.json',
  ],
  run: async (context) => {
    const { user } = context.options
    const limit = readLimit(context.options.limit)
    const api = issuerApi(requireTarget(context), context)
    if (user === undefined) await listAll(api, limit, context)
    else await listOfUser(user, api, limit, context)
  },
})

async function listOfUser(
  name: string,
  api: IssuerApi,
  limit: number | undefined,
  context: ListContext,
): Promise<void> {
  const { common, options, say, print, printJson } = context
  const user = await findUser(api, name, context)
  const { sessions } = record(await api.get(`/admin/v1/users/${user.sub}/sessions`))
  const { client } = options
  const rows = rowsOf(sessions)
    .filter((row) => client === undefined || clientsOf(row).includes(client))
    .slice(0, limit)
  if (common.json) return printJson({ user, sessions: rows })
  const shown = { user: printable(user.username), count: rows.length }
  if (rows.length === 0) {
    return print(say(client === undefined ? SESSIONS.noSessions : PAGES.nothing, shown))
  }
  const { head, line } = tableLines(columnsOfUser(context), context)
  for (const text of [say(SESSIONS.sessionsOf, shown), '', head]) print(text)
  for (const row of rows) printRow(line(row), [browserOf(row)], context)
}

/** As the store walks through them: a list in order would have to hold all of them. */
async function listAll(
  api: IssuerApi,
  limit: number | undefined,
  context: ListContext,
): Promise<void> {
  const { client } = context.options
  const request = { path: '/sessions', member: 'sessions', query: { client }, limit, sparse: true }
  const found = pages(api, request, context)
  if (context.common.json) return await printList('sessions', found, [], context)
  const { head, line } = tableLines(columnsOfAll(context), context)
  let count = 0
  for await (const rows of found) {
    if (count === 0 && rows.length > 0) context.print(head)
    for (const row of rows) {
      printRow(line(row), [clientsOf(row).join(' '), browserOf(row)], context)
    }
    count += rows.length
  }
  if (count === 0) context.print(context.say(PAGES.nothing))
}

/** What has no column of its own stands below. */
function printRow(line: string, details: readonly string[], { print }: Context): void {
  print(line)
  const detail = printable(details.filter((text) => text !== '').join('; '))
  if (detail !== '') print(`    ${cut(detail, COLUMNS - 4)}`)
}

function columnsOfUser(context: Context): Column<Row>[] {
  return [
    ...beginning(context),
    {
      title: SESSIONS.columnEnds,
      width: 18,
      text: (row) => localTime(Number(row['absolute_expires_at']), context.terminal),
    },
    { title: SESSIONS.columnApps, text: (row) => clientsOf(row).join(' ') },
  ]
}

function columnsOfAll(context: Context): Column<Row>[] {
  return [
    ...beginning(context),
    { title: SESSIONS.columnPerson, text: (row) => String(row['sub'] ?? '') },
  ]
}

function beginning({ terminal }: Context): Column<Row>[] {
  return [
    { title: SESSIONS.columnSession, width: 25, text: ({ sid }) => String(sid) },
    {
      title: SESSIONS.columnSignedIn,
      width: 16,
      text: ({ auth_time }) => localTime(Number(auth_time), terminal),
    },
  ]
}

function browserOf({ user_agent }: Row): string {
  return browserName(String(user_agent ?? ''))
}

function clientsOf({ clients }: Row): readonly string[] {
  return Array.isArray(clients) ? clients.map(String) : []
}
