import { askYes } from '../ask-yes.ts'
import { changeRecord } from '../change-record.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findGroup } from '../find-group.ts'
import { changedGrants, grantsOf, parseGrant } from '../grants.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { GROUPS, GROUPS_HELP } from '../messages/user-groups.ts'
import { USERS_FAULTS } from '../messages/users.ts'
import {
  descriptionOption,
  externalIdOption,
  grantOption,
  removeGrantOption,
  roleOption,
  yesOption,
} from '../options.ts'
import type { Row } from '../pages.ts'
import { printable } from '../text-width.ts'
import { given } from './users-set.ts'

const parentOption = {
  value: 'GROUP',
  text: { en: 'group that it belongs to', zh: '所属的上级组' },
} as const

export const groupsAdd = command({
  name: 'groups add',
  help: GROUPS_HELP.add,
  arguments: ['NAME'],
  options: {
    description: descriptionOption,
    parent: parentOption,
    role: roleOption,
    grant: grantOption,
    'external-id': externalIdOption,
  },
  examples: [
    'latchkey groups add sales --role reader --description "Everybody who sells"',
    'latchkey groups add sales-berlin --parent sales',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const { description, parent, role, grant } = options
    const grants = grant.map(parseGrant)
    const api = issuerApi(requireTarget(context), context)
    const body = {
      name: context.arguments[0],
      description,
      parent: parent === undefined ? undefined : await idOf(parent, api, context),
      external_id: options['external-id'],
      ...(role.length > 0 && { roles: role }),
      ...(grants.length > 0 && { grants }),
    }
    const added = record(await api.send('POST', '/admin/v1/groups', body))
    if (common.json) return printJson(added)
    print(printable(say(GROUPS.added, { group: String(added['name']), id: String(added['id']) })))
  },
})

export const groupsSet = command({
  name: 'groups set',
  help: GROUPS_HELP.set,
  arguments: ['GROUP'],
  options: {
    name: { value: 'NAME', text: { en: 'new name', zh: '新名称' } },
    description: descriptionOption,
    parent: parentOption,
    role: { ...roleOption, text: { en: 'role to add', zh: '要添加的角色' } },
    'remove-role': { ...roleOption, text: { en: 'role to take away', zh: '要去掉的角色' } },
    grant: grantOption,
    'remove-grant': removeGrantOption,
    'external-id': externalIdOption,
  },
  examples: [
    'latchkey groups set sales --role writer --remove-role reader',
    'latchkey groups set sales-berlin --parent ""',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const { name, description, parent, role, grant } = options
    const changes = [...role, ...grant, ...options['remove-role'], ...options['remove-grant']]
    const texts = { name, description, parent, external_id: options['external-id'] }
    const hasTexts = Object.values(texts).some((text) => text !== undefined)
    if (changes.length === 0 && !hasTexts) {
      const params = { command: 'groups set', example: '--role reader' }
      throw new CliError(USERS_FAULTS.nothingToSet, params)
    }
    const api = issuerApi(requireTarget(context), context)
    const group = await findGroup(api, context.arguments[0], context)
    const parentId = parent ? await idOf(parent, api, context) : parent
    const patch = {
      ...given({ ...texts, parent: parentId }),
      // Its description is a text and may be empty.
      ...(description !== undefined && { description }),
    }
    const change = (before: Row) => ({
      ...patch,
      ...(changes.length > 0 && {
        roles: changedNames(before['roles'], role, options['remove-role']),
        grants: changedGrants(grantsOf(before['grants']), {
          add: grant,
          remove: options['remove-grant'],
        }),
      }),
    })
    const changed = await changeRecord(api, `/admin/v1/groups/${group['id']}`, change)
    if (common.json) return printJson(changed)
    print(printable(say(GROUPS.changed, { group: String(changed?.['name']) })))
  },
})

export const groupsRemove = command({
  name: 'groups remove',
  help: GROUPS_HELP.remove,
  arguments: ['GROUP'],
  options: { yes: yesOption },
  examples: ['latchkey groups remove sales', 'latchkey groups remove sales --yes --json'],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const api = issuerApi(requireTarget(context), context)
    const { id, name } = await findGroup(api, context.arguments[0], context)
    const shown = { group: printable(String(name)), id: String(id) }
    if (!options.yes) await askYes(say(GROUPS.askRemove, shown), context)
    await api.send('DELETE', `/admin/v1/groups/${id}`)
    if (common.json) return printJson({ id, name })
    print(say(GROUPS.removed, shown))
  },
})

async function idOf(text: string, api: IssuerApi, context: Context): Promise<string> {
  return String((await findGroup(api, text, context))['id'])
}

/** In the order that they had, new ones behind. */
export function changedNames(
  before: unknown,
  add: readonly string[],
  remove: readonly string[],
): string[] {
  const names = Array.isArray(before) ? before.map(String) : []
  return [...new Set([...names, ...add])].filter((name) => !remove.includes(name))
}
