import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { type IssuerApi, record } from './issuer-api.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'
import { pages } from './pages.ts'

const SUB = /^u_[0-9A-HJKMNP-TV-Z]{26}$/
/** People whose names contain the one that was typed. */
const MOST_ROWS = 10_000

export interface FoundUser {
  readonly sub: string
  readonly username: string
}

/** A user by id or by the whole user name, as it is entered to sign in. Throws CliError when there is none. */
export async function findUser(api: IssuerApi, text: string, context: Context): Promise<FoundUser> {
  if (SUB.test(text)) return readUser(await api.get(`/admin/v1/users/${text}`), text)
  const request = { path: '/users', member: 'users', query: { search: text }, limit: MOST_ROWS }
  for await (const rows of pages(api, request, context)) {
    const match = rows.find(({ username }) => fold(String(username)) === fold(text))
    if (match !== undefined) return readUser(match, text)
  }
  throw new CliError(ISSUER_FAULTS.userUnknown, { user: text })
}

/** All of them, before anything is done: a mistyped name changes nobody. Throws CliError for the first that is none. */
export async function findUsers(
  api: IssuerApi,
  texts: readonly string[],
  context: Context,
): Promise<FoundUser[]> {
  const users: FoundUser[] = []
  for (const text of texts) users.push(await findUser(api, text, context))
  return users
}

function readUser(value: unknown, text: string): FoundUser {
  const { sub, username } = record(value)
  if (typeof sub === 'string' && SUB.test(sub)) return { sub, username: String(username ?? sub) }
  throw new CliError(ISSUER_FAULTS.userUnknown, { user: text })
}

/** Names that differ only in these are the same (the directory's rule). */
export function fold(name: string): string {
  return name.normalize('NFKC').toLowerCase()
}
