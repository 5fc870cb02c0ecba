import { command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { driftLines } from '../drift-lines.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { SERVICE_ROUTES, SERVICE_ROUTES_HELP } from '../messages/service-routes.ts'
import type { Text } from '../messages/text.ts'
import { pages, type Row } from '../pages.ts'
import { printList } from '../print-list.ts'

const path = (audience: string) => `/services/${encodeURIComponent(audience)}`

export const servicesRoutes = command({
  name: 'services routes',
  help: SERVICE_ROUTES_HELP.routes,
  arguments: ['SERVICE'],
  options: { all: { text: SERVICE_ROUTES.all } },
  examples: ['latchkey services routes https://orders.example'],
  run: async (context) => {
    const { say, options } = context
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const columns = [
      { title: SERVICE_ROUTES.columnNumber, width: 6, text: (row: Row) => String(row['number']) },
      { title: SERVICE_ROUTES.columnAccess, width: 10, text: (row: Row) => say(accessOf(row)) },
      {
        title: SERVICE_ROUTES.columnRoute,
        text: (row: Row) => `${row['method']} ${row['pattern']}`,
      },
    ]
    const list = pages(api, { path: `${path(audience)}/catalogue`, member: 'routes' }, context)
    await printList('routes', options.all ? list : currentOnly(list), columns, context)
  },
})

export const servicesDrift = command({
  name: 'services drift',
  help: SERVICE_ROUTES_HELP.drift,
  arguments: ['SERVICE'],
  examples: [
    'latchkey services drift https://orders.example',
    'latchkey services drift https://orders.example --json',
  ],
  run: async (context) => {
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const drift = record(await api.get(`/admin/v1${path(audience)}/drift`))
    if (context.common.json) context.printJson(drift)
    else for (const line of driftLines(drift, context.say)) context.print(line)
    const found = Object.values(record(drift['counts'])).some((count) => Number(count) > 0)
    return found ? 'different' : 'ok'
  },
})

async function* currentOnly(list: AsyncIterable<readonly Row[]>) {
  for await (const rows of list) yield rows.filter((row) => row['current'] === true)
}

function accessOf({ current, public: isPublic }: Row): Text {
  if (current !== true) return SERVICE_ROUTES.accessGone
  if (isPublic === undefined) return SERVICE_ROUTES.accessUndeclared
  return isPublic === true ? SERVICE_ROUTES.accessPublic : SERVICE_ROUTES.accessGranted
}
