import { askYes } from '../ask-yes.ts'
import { changeRecord } from '../change-record.ts'
import { command, type Options } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { SERVICES, SERVICES_HELP } from '../messages/services.ts'
import { yesOption } from '../options.ts'
import { pages, type Row } from '../pages.ts'
import { printList } from '../print-list.ts'
import { printFacts } from '../print-record.ts'
import { printable } from '../text-width.ts'

const SERVICE_OPTIONS = {
  name: { value: 'TEXT', text: { en: 'shown to administrators', zh: '向管理员显示的名称' } },
  alg: {
    value: 'ALG',
    choices: ['HS256', 'RS256', 'ES256', 'EdDSA'],
    text: { en: 'how its tokens are signed (default: HS256)', zh: '令牌的签名算法（默认：HS256）' },
  },
  client: {
    value: 'CLIENT',
    many: true,
    text: {
      en: 'client whose credentials open its feed; may be given several times',
      zh: '其凭据可打开该服务 feed 的客户端，可多次指定',
    },
  },
  seconds: {
    value: 'SECONDS',
    text: { en: 'lifetime of its access tokens', zh: '访问令牌的有效期（秒）' },
  },
  'status-list': {
    value: 'YES|NO',
    choices: ['yes', 'no'],
    text: {
      en: 'whether its tokens have a place in a status list, for those that poll',
      zh: '令牌是否在状态列表中占一个位置，供轮询者使用',
    },
  },
} as const satisfies Options

const path = (audience: string) => `/admin/v1/services/${encodeURIComponent(audience)}`

export const servicesList = command({
  name: 'services list',
  help: SERVICES_HELP.list,
  examples: ['latchkey services list', 'latchkey services list --json'],
  run: async (context) => {
    const { say } = context
    const api = issuerApi(requireTarget(context), context)
    const columns = [
      { title: SERVICES.columnAudience, width: 38, text: (row: Row) => String(row['audience']) },
      { title: SERVICES.columnState, width: 10, text: (row: Row) => say(stateOf(row)) },
      { title: SERVICES.columnAlg, width: 5, text: (row: Row) => String(row['alg']) },
      { title: SERVICES.columnName, text: (row: Row) => String(row['name']) },
    ]
    const list = pages(api, { path: '/services', member: 'services' }, context)
    await printList('services', list, columns, context)
  },
})

export const servicesShow = command({
  name: 'services show',
  help: SERVICES_HELP.show,
  arguments: ['SERVICE'],
  examples: ['latchkey services show https://orders.example'],
  run: async (context) => {
    const { say } = context
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const service = record(await api.get(path(audience)))
    if (context.common.json) return context.printJson(service)
    const clients = Array.isArray(service['clients']) ? service['clients'].map(String) : []
    printFacts(
      [
        [SERVICES.columnAudience, String(service['audience'])],
        [SERVICES.columnName, String(service['name'])],
        [SERVICES.columnState, say(stateOf(service))],
        [SERVICES.columnAlg, String(service['alg'])],
        [SERVICES.columnClients, clients],
        [
          SERVICES.columnSeconds,
          say(SERVICES.seconds, { count: Number(service['access_token_seconds']) }),
        ],
        [SERVICES.columnStatusList, String(service['status_list'])],
      ],
      context,
    )
  },
})

export const servicesAdd = command({
  name: 'services add',
  help: SERVICES_HELP.add,
  arguments: ['SERVICE'],
  options: SERVICE_OPTIONS,
  examples: ['latchkey services add https://reports.example --name Reports --client reports'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const body = { audience, ...membersOf(options) }
    const added = record(await api.send('POST', '/admin/v1/services', body))
    if (common.json) printJson(added)
    else print(say(SERVICES.added, { name: printable(audience) }))
  },
})

export const servicesSet = command({
  name: 'services set',
  help: SERVICES_HELP.set,
  arguments: ['SERVICE'],
  options: SERVICE_OPTIONS,
  examples: ['latchkey services set https://reports.example --seconds 120'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const members = membersOf(options)
    const isNothing = Object.keys(members).length === 0
    const changed = await changeRecord(api, path(audience), () => (isNothing ? undefined : members))
    if (changed === undefined) return print(say(SERVICES.same))
    if (common.json) printJson(changed)
    else print(say(SERVICES.changed, { name: printable(audience) }))
  },
})

export const servicesRemove = command({
  name: 'services remove',
  help: SERVICES_HELP.remove,
  arguments: ['SERVICE'],
  options: { yes: yesOption },
  examples: ['latchkey services remove https://reports.example'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const [audience] = context.arguments
    const api = issuerApi(requireTarget(context), context)
    const name = printable(audience)
    await api.get(path(audience))
    if (!options.yes) await askYes(say(SERVICES.askRemove, { name }), context)
    await api.send('DELETE', path(audience))
    if (common.json) printJson({ audience, removed: true })
    else print(say(SERVICES.removed, { name }))
  },
})

interface ServiceOptions {
  readonly name: string | undefined
  readonly alg: string | undefined
  readonly client: readonly string[]
  readonly seconds: string | undefined
  readonly 'status-list': 'yes' | 'no' | undefined
}

/** Only what was given. The issuer says what is wrong with it. */
function membersOf(options: ServiceOptions): Record<string, unknown> {
  const { name, alg, client, seconds, 'status-list': statusList } = options
  return {
    ...(name !== undefined && { name }),
    ...(alg !== undefined && { alg }),
    ...(client.length > 0 && { clients: client }),
    ...(seconds !== undefined && { access_token_seconds: Number(seconds) }),
    ...(statusList !== undefined && { status_list: statusList === 'yes' }),
  }
}

function stateOf({ disabled }: Row) {
  return disabled === true ? SERVICES.stateQuarantine : SERVICES.stateOpen
}
