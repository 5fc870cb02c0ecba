import { command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findGroup } from '../find-group.ts'
import { grantsOf, grantText } from '../grants.ts'
import { issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { GROUPS, GROUPS_HELP } from '../messages/user-groups.ts'
import { USERS } from '../messages/users.ts'
import { limitOption, searchOption } from '../options.ts'
import { pages, type Row } from '../pages.ts'
import { printList } from '../print-list.ts'
import { printFacts } from '../print-record.ts'
import { readLimit } from '../read-limit.ts'
import type { Column } from '../table.ts'

const COLUMNS: readonly Column<Row>[] = [
  { title: GROUPS.columnGroup, width: 26, text: ({ name }) => String(name) },
  {
    title: GROUPS.columnRoles,
    width: 22,
    text: ({ roles }) => (Array.isArray(roles) ? roles.join(' ') : ''),
  },
  { title: GROUPS.columnDescription, text: ({ description }) => String(description ?? '') },
]

const MEMBER_COLUMNS: readonly Column<Row>[] = [
  { title: USERS.columnUser, width: 24, text: ({ username }) => String(username) },
  { title: USERS.columnName, text: ({ name }) => String(name ?? '') },
]

export const groupsList = command({
  name: 'groups list',
  help: GROUPS_HELP.list,
  options: { search: searchOption, limit: limitOption },
  examples: ['latchkey groups list', 'latchkey groups list --search sales --json'],
  run: async (context) => {
    const { search } = context.options
    const limit = readLimit(context.options.limit)
    const api = issuerApi(requireTarget(context), context)
    const found = pages(
      api,
      { path: '/groups', member: 'groups', query: { search }, limit },
      context,
    )
    await printList('groups', found, COLUMNS, context)
  },
})

export const groupsShow = command({
  name: 'groups show',
  help: GROUPS_HELP.show,
  arguments: ['GROUP'],
  options: { limit: limitOption },
  examples: ['latchkey groups show sales', 'latchkey groups show sales --json'],
  run: async (context) => {
    const limit = readLimit(context.options.limit)
    const api = issuerApi(requireTarget(context), context)
    const { id } = await findGroup(api, context.arguments[0], context)
    const path = `/groups/${id}`
    const group = record(await api.get(`/admin/v1${path}`))
    const members = pages(api, { path: `${path}/members`, member: 'members', limit }, context)
    if (context.common.json) {
      const all: Row[] = []
      for await (const rows of members) all.push(...rows)
      return context.printJson({ ...group, members: all })
    }
    const { name, description, roles, parent, owned_by: owner } = group
    const above = parent === undefined ? {} : record(await api.get(`/admin/v1/groups/${parent}`))
    const text = (value: unknown) => String(value ?? '')
    printFacts(
      [
        [GROUPS.group, text(name)],
        [USERS.id, text(id)],
        [GROUPS.description, text(description)],
        [GROUPS.parent, text(above['name'])],
        [USERS.roles, Array.isArray(roles) ? roles.map(String) : undefined],
        [USERS.grants, grantsOf(group['grants']).map(grantText)],
        [USERS.externalId, text(group['external_id'])],
        [USERS.ownedBy, text(owner)],
        [USERS.created, localTime(Number(group['created_at']), context.terminal)],
      ],
      context,
    )
    context.print('')
    await printList('members', members, MEMBER_COLUMNS, context)
  },
})
