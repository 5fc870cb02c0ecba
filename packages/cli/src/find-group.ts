import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { fold } from './find-user.ts'
import { type IssuerApi, record } from './issuer-api.ts'
import { GROUPS_FAULTS } from './messages/user-groups.ts'
import { pages, type Row } from './pages.ts'

const ID = /^g_[0-9A-HJKMNP-TV-Z]{26}$/

/** A group by id or by its whole name. Throws CliError when there is none. */
export async function findGroup(api: IssuerApi, text: string, context: Context): Promise<Row> {
  if (ID.test(text)) return record(await api.get(`/admin/v1/groups/${text}`))
  const request = { path: '/groups', member: 'groups', query: { search: text } }
  for await (const rows of pages(api, request, context)) {
    const match = rows.find(({ name }) => fold(String(name)) === fold(text))
    if (match !== undefined) return match
  }
  throw new CliError(GROUPS_FAULTS.unknown, { group: text })
}
