import { command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { SESSION_SHOW, SESSION_SHOW_HELP } from '../messages/session-show.ts'
import { rowsOf } from '../pages.ts'
import { printFacts } from '../print-record.ts'

export const sessionsShow = command({
  name: 'sessions show',
  help: SESSION_SHOW_HELP,
  arguments: ['SESSION'],
  examples: ['latchkey sessions show s0_3kX9wQ2bR7mN5tY8vLcJ1A'],
  run: async (context) => {
    const [sid] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const session = record(await api.get(`/admin/v1/sessions/${encodeURIComponent(sid)}`))
    if (context.common.json) return context.printJson(session)
    const time = (name: string) => localTime(Number(session[name]), context.terminal)
    const { clients, families } = session
    const apps = rowsOf(families).map((row) =>
      context.say(SESSION_SHOW.refreshed, {
        client: String(row['client_id']),
        audience: String(row['audience']),
        time: localTime(Number(row['refreshed_at']), context.terminal),
      }),
    )
    const others = Array.isArray(clients) ? clients.map(String) : []
    printFacts(
      [
        [SESSION_SHOW.session, String(session['sid'])],
        [SESSION_SHOW.person, String(session['sub'])],
        [SESSION_SHOW.signedIn, time('auth_time')],
        [SESSION_SHOW.began, time('created_at')],
        [SESSION_SHOW.idleEnd, time('idle_expires_at')],
        [SESSION_SHOW.lastEnd, time('absolute_expires_at')],
        [SESSION_SHOW.apps, apps.length > 0 ? apps : others],
        [SESSION_SHOW.address, String(session['address'] ?? '')],
        [SESSION_SHOW.browser, String(session['user_agent'] ?? '')],
      ],
      context,
    )
  },
})
