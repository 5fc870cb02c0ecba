import { command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { CLIENTS, CLIENTS_HELP } from '../messages/clients.ts'
import { type Row, rowsOf } from '../pages.ts'
import { printList } from '../print-list.ts'
import { printSecret } from '../print-secret.ts'
import { readTime } from '../read-time.ts'
import { printable } from '../text-width.ts'
import { clientPath } from './clients.ts'

export const clientSecretsList = command({
  name: 'clients secrets list',
  help: CLIENTS_HELP['secrets list'],
  arguments: ['CLIENT'],
  examples: ['latchkey clients secrets list orders'],
  run: async (context) => {
    const { say, terminal } = context
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const { secrets } = record(await api.get(`${clientPath(id)}/secrets`))
    const time = (value: unknown, absent: string) =>
      typeof value === 'number' ? localTime(value, terminal) : absent
    const columns = [
      { title: CLIENTS.columnSecret, width: 8, text: (row: Row) => String(row['secret_id']) },
      { title: CLIENTS.columnSince, width: 18, text: (row: Row) => time(row['created_at'], '') },
      {
        title: CLIENTS.columnUsed,
        width: 18,
        text: (row: Row) => time(row['last_used_at'], say(CLIENTS.never)),
      },
      { title: CLIENTS.columnEnds, text: (row: Row) => time(row['expires_at'], '') },
    ]
    await printList('secrets', onePage(rowsOf(secrets)), columns, context)
  },
})

export const clientSecretsAdd = command({
  name: 'clients secrets add',
  help: CLIENTS_HELP['secrets add'],
  arguments: ['CLIENT'],
  examples: ['latchkey clients secrets add orders', 'latchkey clients secrets add orders --json'],
  run: async (context) => {
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const added = record(await api.send('POST', `${clientPath(id)}/secrets`))
    if (context.common.json) context.printJson(added)
    else printSecret(id, added, context)
  },
})

export const clientSecretsRemove = command({
  name: 'clients secrets remove',
  help: CLIENTS_HELP['secrets remove'],
  arguments: ['CLIENT', 'SECRET'],
  options: {
    at: {
      value: 'TIME',
      text: {
        en: 'when it ends: "2026-12-31 12:00" (default: now)',
        zh: '结束时间："2026-12-31 12:00"（默认：现在）',
      },
    },
  },
  examples: [
    'latchkey clients secrets remove orders 12',
    'latchkey clients secrets remove orders 12 --at "2026-12-31 12:00"',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson, terminal } = context
    const [client, id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const at = options.at === undefined ? undefined : readTime(options.at)
    const query = at === undefined ? '' : `?at=${at}`
    await api.send('DELETE', `${clientPath(client)}/secrets/${encodeURIComponent(id)}${query}`)
    if (common.json) return printJson({ secret_id: Number(id), ...(at !== undefined && { at }) })
    const name = { id: printable(id), name: printable(client) }
    if (at === undefined) print(say(CLIENTS.secretEnded, name))
    else print(say(CLIENTS.secretEnds, { ...name, time: localTime(at, terminal) }))
  },
})

async function* onePage(rows: readonly Row[]) {
  yield rows
}
