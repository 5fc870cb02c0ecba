import type { GrantSource } from '../directory.ts'
import type { Queries } from '../sql/sql.ts'
import { type Held, mergeGrants } from './living-rights.ts'
import { userGrants } from './user-grants.ts'

/** See `Users.grantSources`: by grant, those of the user first, then those of roles, then those of groups. */
export async function grantSources(
  db: Queries,
  sub: string,
  audience: string,
): Promise<GrantSource[]> {
  const sources = (await userGrants(db, sub, audience)).map(({ isDisabled: _, ...one }) => one)
  const keys = new Map(sources.map((one) => [one, orderOf(one)]))
  return sources.sort((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1))
}

/** What an enabled user holds; a disabled one holds nothing. */
export async function heldByUser(db: Queries, sub: string, audience: string): Promise<Held> {
  const sources = await userGrants(db, sub, audience)
  return mergeGrants(sources.filter(({ isDisabled }) => !isDisabled))
}

const PLACES = { direct: 0, role: 1, group: 2 } as const

function orderOf({ grant, by }: GrantSource): string {
  const role = by.kind === 'role' ? by.role : ''
  const group = by.kind === 'direct' ? '' : (by.group ?? '')
  return [grant, PLACES[by.kind], role, group].join('\n')
}
