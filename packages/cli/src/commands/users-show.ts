import { type Context, command } from '../command.ts'
import { requireTarget } from '../credentials.ts'
import { findUser } from '../find-user.ts'
import { grantsOf, grantText } from '../grants.ts'
import { type IssuerApi, issuerApi, record } from '../issuer-api.ts'
import { localTime } from '../local-time.ts'
import { USERS, USERS_HELP } from '../messages/users.ts'
import type { Row } from '../pages.ts'
import { type Fact, printFacts } from '../print-record.ts'
import { statusText } from './users-list.ts'

export const usersShow = command({
  name: 'users show',
  help: USERS_HELP.show,
  arguments: ['USER'],
  examples: ['latchkey users show ada', 'latchkey users show ada --json'],
  run: async (context) => {
    const api = issuerApi(requireTarget(context), context)
    const { sub } = await findUser(api, context.arguments[0], context)
    const user = record(await api.get(`/admin/v1/users/${sub}`))
    if (context.common.json) return context.printJson(user)
    printFacts(facts(user, await groupNames(user['groups'], api), context), context)
  },
})

/** People know groups by their names. */
async function groupNames(ids: unknown, api: IssuerApi): Promise<string[]> {
  if (!Array.isArray(ids)) return []
  const groups = await Promise.all(ids.map((id) => api.get(`/admin/v1/groups/${id}`)))
  return groups.map((group) => String(record(group)['name']))
}

function facts(user: Row, groups: readonly string[], { say, terminal }: Context): Fact[] {
  const {
    email,
    email_verified: isVerified,
    roles,
    created_at: created,
    updated_at: updated,
  } = user
  const text = (member: string) => String(user[member] ?? '')
  const address =
    isVerified === true ? say(USERS.verified, { email: String(email) }) : text('email')
  return [
    [USERS.user, text('username')],
    [USERS.id, text('sub')],
    [USERS.name, text('name')],
    [USERS.email, address],
    [USERS.locale, text('locale')],
    [USERS.status, say(statusText(user))],
    [USERS.secondFactor, user['has_one_time_code'] === true ? say(USERS.yes) : undefined],
    [USERS.externalId, text('external_id')],
    [USERS.roles, Array.isArray(roles) ? roles.map(String) : undefined],
    [USERS.groups, groups],
    [USERS.grants, grantsOf(user['grants']).map(grantText)],
    [USERS.profile, memberLines(user['profile'])],
    [USERS.attributes, memberLines(user['attributes'])],
    [USERS.ownedBy, text('owned_by')],
    [USERS.created, localTime(Number(created), terminal)],
    [USERS.updated, localTime(Number(updated), terminal)],
  ]
}

function memberLines(value: unknown): string[] {
  return Object.entries(record(value)).map(([name, one]) =>
    typeof one === 'string' ? `${name}: ${one}` : `${name}: ${JSON.stringify(one)}`,
  )
}
