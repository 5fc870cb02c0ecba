import { askYes } from '../ask-yes.ts'
import { changeRecord } from '../change-record.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { changedGrants, grantsOf, grantText } from '../grants.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { ROLES, ROLES_HELP } from '../messages/roles.ts'
import { GROUPS } from '../messages/user-groups.ts'
import { USERS } from '../messages/users.ts'
import { descriptionOption, grantOption, removeGrantOption, yesOption } from '../options.ts'
import { pages, type Row, rowsOf } from '../pages.ts'
import { printList } from '../print-list.ts'
import { printFacts } from '../print-record.ts'
import type { Column } from '../table.ts'
import { printable } from '../text-width.ts'

const COLUMNS: readonly Column<Row>[] = [
  { title: ROLES.columnRole, width: 26, text: ({ name }) => String(name) },
  { title: ROLES.columnGrants, width: 6, text: ({ grants }) => String(grantsOf(grants).length) },
  { title: ROLES.columnDescription, text: ({ description }) => String(description ?? '') },
]

export const rolesList = command({
  name: 'roles list',
  help: ROLES_HELP.list,
  examples: ['latchkey roles list', 'latchkey roles list --json'],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const { roles } = record(await api.get('/admin/v1/roles'))
    await printList('roles', onePage(roles), COLUMNS, context)
  },
})

export const rolesShow = command({
  name: 'roles show',
  help: ROLES_HELP.show,
  arguments: ['ROLE'],
  examples: ['latchkey roles show reader', 'latchkey roles show reader --json'],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const path = pathOf(context.arguments[0])
    const role = record(await api.get(`/admin/v1${path}`))
    if (context.common.json) return context.printJson(role)
    const text = (value: unknown) => String(value ?? '')
    printFacts(
      [
        [ROLES.role, text(role['name'])],
        [ROLES.origin, role['shipped'] === true ? context.say(ROLES.shipped) : undefined],
        [GROUPS.description, text(role['description'])],
        [USERS.grants, grantsOf(role['grants']).map(grantText)],
        [USERS.ownedBy, text(role['owned_by'])],
        [ROLES.holders, String(await countHolders(path, api, context))],
      ],
      context,
    )
  },
})

export const rolesSave = command({
  name: 'roles save',
  help: ROLES_HELP.save,
  arguments: ['ROLE'],
  options: {
    description: descriptionOption,
    grant: grantOption,
    'remove-grant': removeGrantOption,
  },
  examples: [
    'latchkey roles save reader --grant "https://orders.example GET /orders/*"',
    'latchkey roles save reader --remove-grant "https://orders.example GET /orders/*"',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [name] = context.arguments
    const change = (before: Row) => ({
      description: options.description ?? String(before['description'] ?? ''),
      grants: changedGrants(grantsOf(before['grants']), {
        add: options.grant,
        remove: options['remove-grant'],
      }),
    })
    const api = issuerApi(requireTarget(context), context)
    const path = `/admin/v1${pathOf(name)}`
    const saved = (await exists(path, api))
      ? await changeRecord(api, path, change, 'PUT')
      : record(await api.send('PUT', path, change({})))
    if (common.json) return printJson(saved)
    const count = grantsOf(saved?.['grants']).length
    print(printable(say(ROLES.saved, { role: name, count })))
  },
})

export const rolesRemove = command({
  name: 'roles remove',
  help: ROLES_HELP.remove,
  arguments: ['ROLE'],
  options: { yes: yesOption },
  examples: ['latchkey roles remove reader', 'latchkey roles remove reader --yes --json'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [name] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const shown = { role: printable(name) }
    if (!options.yes) await askYes(say(ROLES.askRemove, shown), context)
    await api.send('DELETE', `/admin/v1${pathOf(name)}`)
    if (common.json) return printJson({ name })
    print(say(ROLES.removed, shown))
  },
})

function pathOf(role: string): string {
  return `/roles/${encodeURIComponent(role)}`
}

async function exists(path: string, api: IssuerApi): Promise<boolean> {
  try {
    await api.get(path)
    return true
  } catch (error) {
    if (error instanceof CliError && error.params['code'] === 'unknown-role') return false
    throw error
  }
}

async function countHolders(path: string, api: IssuerApi, context: Context): Promise<number> {
  let count = 0
  const holders = pages(api, { path: `${path}/holders`, member: 'holders' }, context)
  for await (const rows of holders) count += rows.length
  return count
}

async function* onePage(rows: unknown): AsyncGenerator<readonly Row[]> {
  yield rowsOf(rows)
}
