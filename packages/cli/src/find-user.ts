import { CliError } from './cli-error.ts'
import { type IssuerApi, record } from './issuer-api.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'

const SUB = /^u_[0-9A-HJKMNP-TV-Z]{26}$/
const PAGE_ROWS = 100
/** 10,000 people whose names contain the one that was typed. */
const MAX_PAGES = 100

export interface FoundUser {
  readonly sub: string
  readonly username: string
}

/** A user by id or by the whole user name, as it is entered to sign in. Throws CliError when there is none. */
export async function findUser(api: IssuerApi, text: string): Promise<FoundUser> {
  if (SUB.test(text)) return readUser(await api.get(`/admin/v1/users/${text}`), text)
  let after = ''
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = new URLSearchParams({ search: text, limit: String(PAGE_ROWS) })
    if (after !== '') query.set('after', after)
    const { users, next } = record(await api.get(`/admin/v1/users?${query}`))
    const found = Array.isArray(users) ? users.map((user) => readUser(user, text)) : []
    const match = found.find(({ username }) => fold(username) === fold(text))
    if (match !== undefined) return match
    if (typeof next !== 'string') break
    after = next
  }
  throw new CliError(ISSUER_FAULTS.userUnknown, { user: text })
}

function readUser(value: unknown, text: string): FoundUser {
  const { sub, username } = record(value)
  if (typeof sub === 'string' && SUB.test(sub)) return { sub, username: String(username ?? sub) }
  throw new CliError(ISSUER_FAULTS.userUnknown, { user: text })
}

/** User names that differ only in these are the same (the directory's rule). */
function fold(username: string): string {
  return username.normalize('NFKC').toLowerCase()
}
