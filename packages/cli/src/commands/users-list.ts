import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findGroup } from '../find-group.ts'
import { type IssuerApi, issuerApi } from '../issuer-api.ts'
import type { Text } from '../messages/text.ts'
import { USERS, USERS_HELP } from '../messages/users.ts'
import { limitOption, searchOption } from '../options.ts'
import { pages, type Row } from '../pages.ts'
import { printList } from '../print-list.ts'
import { readLimit } from '../read-limit.ts'
import type { Column } from '../table.ts'

export const usersList = command({
  name: 'users list',
  help: USERS_HELP.list,
  options: {
    search: searchOption,
    status: {
      value: 'STATUS',
      choices: ['active', 'disabled', 'must_change_password'],
      text: { en: 'only those who are', zh: '仅处于此状态者' },
    },
    role: { value: 'ROLE', text: { en: 'with this role of their own', zh: '直接具有此角色者' } },
    group: { value: 'GROUP', text: { en: 'members of this group', zh: '此组的成员' } },
    limit: limitOption,
  },
  examples: [
    'latchkey users list --search lovelace',
    'latchkey users list --status disabled --json > disabled.json',
  ],
  run: async (context) => {
    const { search, status, role, group } = context.options
    const limit = readLimit(context.options.limit)
    const api = issuerApi(requireTarget(context), context)
    const query = { search, status, role, group: await groupId(group, api, context) }
    const found = pages(api, { path: '/users', member: 'users', query, limit }, context)
    await printList('users', found, columns(context), context)
  },
})

async function groupId(text: string | undefined, api: IssuerApi, context: Context) {
  return text === undefined ? undefined : String((await findGroup(api, text, context))['id'])
}

function columns(context: Context): Column<Row>[] {
  return [
    { title: USERS.columnUser, width: 24, text: ({ username }) => String(username) },
    { title: USERS.columnName, width: 22, text: ({ name }) => String(name ?? '') },
    { title: USERS.columnStatus, width: 12, text: (row) => context.say(statusText(row)) },
    {
      title: USERS.columnRoles,
      text: ({ roles }) => (Array.isArray(roles) ? roles.join(' ') : ''),
    },
  ]
}

export function statusText({ status }: Row): Text {
  if (status === 'disabled') return USERS.disabledStatus
  return status === 'must_change_password' ? USERS.mustChangePassword : USERS.active
}
