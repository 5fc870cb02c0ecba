import { askYes } from '../ask-yes.ts'
import { changeRecord } from '../change-record.ts'
import { CLIENT_OPTIONS, clientMembers } from '../client-members.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { changedGrants, grantsOf, grantText, parseGrant } from '../grants.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { CLIENTS, CLIENTS_HELP } from '../messages/clients.ts'
import { yesOption } from '../options.ts'
import { pages, type Row, rowsOf } from '../pages.ts'
import { printList } from '../print-list.ts'
import { type Fact, printFacts } from '../print-record.ts'
import { printSecret, secretLine } from '../print-secret.ts'
import { printable } from '../text-width.ts'

export const clientPath = (id: string) => `/admin/v1/clients/${encodeURIComponent(id)}`

export const clientsList = command({
  name: 'clients list',
  help: CLIENTS_HELP.list,
  examples: ['latchkey clients list', 'latchkey clients list --json'],
  run: async (context) => {
    const { say } = context
    const api = issuerApi(requireTarget(context), context)
    const columns = [
      { title: CLIENTS.columnId, width: 24, text: (row: Row) => String(row['client_id']) },
      { title: CLIENTS.columnState, width: 8, text: (row: Row) => say(stateOf(row)) },
      {
        title: CLIENTS.columnMethod,
        width: 19,
        text: (row: Row) => String(row['token_endpoint_auth_method']),
      },
      { title: CLIENTS.columnName, text: (row: Row) => String(row['client_name']) },
    ]
    const list = pages(api, { path: '/clients', member: 'clients' }, context)
    await printList('clients', list, columns, context)
  },
})

export const clientsShow = command({
  name: 'clients show',
  help: CLIENTS_HELP.show,
  arguments: ['CLIENT'],
  examples: ['latchkey clients show orders', 'latchkey clients show orders --json'],
  run: async (context) => {
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const client = record(await api.get(clientPath(id)))
    const { secrets } = record(await api.get(`${clientPath(id)}/secrets`))
    if (context.common.json) return context.printJson({ ...client, secrets })
    printFacts([...factsOf(client, context), ...secretFacts(rowsOf(secrets), context)], context)
  },
})

export const clientsAdd = command({
  name: 'clients add',
  help: CLIENTS_HELP.add,
  arguments: ['CLIENT'],
  options: CLIENT_OPTIONS,
  examples: [
    'latchkey clients add shop --redirect-uri https://shop.example/cb --service https://orders.example',
    'latchkey clients add nightly --grant-type client_credentials --grant "https://orders.example GET /orders"',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const grants = options.grant.map(parseGrant)
    const body = { client_id: id, ...clientMembers(options), ...(grants.length > 0 && { grants }) }
    const added = record(await api.send('POST', '/admin/v1/clients', body))
    if (common.json) return printJson(added)
    print(say(CLIENTS.added, { name: printable(id) }))
    printSecret(id, added, context)
  },
})

export const clientsSet = command({
  name: 'clients set',
  help: CLIENTS_HELP.set,
  arguments: ['CLIENT'],
  options: {
    ...CLIENT_OPTIONS,
    'remove-grant': {
      value: 'GRANT',
      many: true,
      text: { en: 'right that goes; may be given several times', zh: '要删除的权限，可多次指定' },
    },
  },
  examples: [
    'latchkey clients set shop --name Shop --set default_max_age=3600',
    'latchkey clients set nightly --remove-grant "https://orders.example GET /orders"',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const members = clientMembers(options)
    const grants = { add: options.grant, remove: options['remove-grant'] }
    const asksGrants = grants.add.length + grants.remove.length > 0
    const isNothing = Object.keys(members).length === 0 && !asksGrants
    const changed = await changeRecord(api, clientPath(id), (before) => {
      if (isNothing) return undefined
      if (!asksGrants) return members
      return { ...members, grants: changedGrants(grantsOf(before['grants']), grants) }
    })
    if (changed === undefined) return print(say(CLIENTS.same))
    if (common.json) return printJson(changed)
    print(say(CLIENTS.changed, { name: printable(id) }))
    printSecret(id, changed, context)
  },
})

export const clientsRemove = command({
  name: 'clients remove',
  help: CLIENTS_HELP.remove,
  arguments: ['CLIENT'],
  options: { yes: yesOption },
  examples: ['latchkey clients remove shop', 'latchkey clients remove shop --yes --json'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [id] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const name = printable(id)
    await api.get(clientPath(id))
    if (!options.yes) await askYes(say(CLIENTS.askRemove, { name }), context)
    await api.send('DELETE', clientPath(id))
    if (common.json) printJson({ client_id: id, removed: true })
    else print(say(CLIENTS.removed, { name }))
  },
})

function stateOf({ disabled }: Row) {
  return disabled === true ? CLIENTS.stateDisabled : CLIENTS.stateEnabled
}

/** Members that have no title of their own stand under their name on the wire, as `--set` takes them. */
function factsOf(client: Row, { say }: Context): Fact[] {
  const { client_id, client_name, disabled: _, created_at: __, grants, ...members } = client
  const facts: Fact[] = [
    [CLIENTS.columnId, String(client_id)],
    [CLIENTS.columnName, String(client_name)],
    [CLIENTS.columnState, say(stateOf(client))],
  ]
  for (const [name, value] of Object.entries(members)) {
    const texts = Array.isArray(value) ? value.map(String) : [textOf(value)]
    facts.push([{ en: name, zh: name }, texts])
  }
  const texts = grantsOf(grants).map(grantText)
  return [...facts, [{ en: 'grants', zh: 'grants' }, texts]]
}

function textOf(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function secretFacts(secrets: readonly Row[], context: Context): Fact[] {
  return secrets.map((row) => {
    const title = { id: String(row['secret_id']) }
    const text = context.say(CLIENTS.secretOf, title)
    return [{ en: text, zh: text }, secretLine(row, context)]
  })
}
