import { type Reference, unknownName } from '../checks/unknown-name.ts'
import type { Queries } from './sql.ts'

/** All names of a kind: there are tens or hundreds, and the suggestion needs them anyway. */
const NAMES = {
  role: (db: Queries) => db.selectFrom('roles').select('name').execute(),
  service: (db: Queries) => db.selectFrom('services').select('audience as name').execute(),
  client: (db: Queries) => db.selectFrom('clients').select('id as name').execute(),
} as const

type Referred = keyof typeof NAMES

/** Throws InputError `unknown-role`, `unknown-service` or `unknown-client` for the first name that is not in the database. */
export async function requireKnown(
  db: Queries,
  kind: Referred,
  references: readonly Reference[],
): Promise<void> {
  if (references.length === 0) return
  const known = new Set((await NAMES[kind](db)).map((row) => row.name))
  const missing = references.find(({ name }) => !known.has(name))
  if (missing !== undefined) throw unknownName(kind, missing, known)
}
