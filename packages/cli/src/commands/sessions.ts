import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { SESSIONS, SESSIONS_HELP } from '../messages/sessions.ts'
import { userOption } from '../options.ts'
import { COLUMNS, cut, padTo, printable } from '../text-width.ts'

export const sessionsList = command({
  name: 'sessions list',
  help: SESSIONS_HELP.list,
  options: { user: { ...userOption, required: true } },
  examples: ['latchkey sessions list --user ada', 'latchkey sessions list --user ada --json'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const api = issuerApi(requireTarget(context), context)
    const user = await findUser(api, options.user, context)
    const { sessions } = record(await api.get(`/admin/v1/users/${user.sub}/sessions`))
    const rows = Array.isArray(sessions) ? sessions.map(record) : []
    if (common.json) return printJson({ user, sessions: rows })
    const shown = { user: printable(user.username), count: rows.length }
    if (rows.length === 0) return print(say(SESSIONS.noSessions, shown))
    print(say(SESSIONS.sessionsOf, shown))
    print('')
    print(header(context))
    for (const row of rows) for (const line of sessionLines(row, context)) print(line)
  },
})

/** Columns of the table; the last one takes what is left of 80. */
const WIDTHS = [25, 16, 18] as const

function tableLine([first, second, third, last]: readonly [
  string,
  string,
  string,
  string,
]): string {
  const fixed = [first, second, third]
    .map((cell, index) => padTo(cell, WIDTHS[index] ?? 0))
    .join('  ')
  const left = COLUMNS - WIDTHS.reduce((sum, width) => sum + width + 2, 0)
  return `${fixed}  ${cut(last, left)}`.trimEnd()
}

function header({ say }: Context): string {
  const cells = [
    say(SESSIONS.columnSession),
    say(SESSIONS.columnSignedIn),
    say(SESSIONS.columnEnds),
  ] as const
  return tableLine([...cells, say(SESSIONS.columnApps)])
}

function sessionLines(row: Readonly<Record<string, unknown>>, { terminal }: Context): string[] {
  const { sid, auth_time, absolute_expires_at, clients, user_agent } = row
  const device = printable(String(user_agent ?? ''))
  return [
    tableLine([
      printable(String(sid)),
      localTime(Number(auth_time), terminal),
      localTime(Number(absolute_expires_at), terminal),
      printable(Array.isArray(clients) ? clients.join(' ') : ''),
    ]),
    ...(device === '' ? [] : [`    ${cut(device, COLUMNS - 4)}`]),
  ]
}
