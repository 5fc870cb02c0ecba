import { InputError } from '@latchkey/protocol'
import { nearest } from '../checks/nearest.ts'
import { quoted } from '../checks/text.ts'
import type { Queries } from './sql.ts'

/** All names of a kind: there are tens or hundreds, and the suggestion needs them anyway. */
const NAMES = {
  role: (db: Queries) => db.selectFrom('roles').select('name').execute(),
  service: (db: Queries) => db.selectFrom('services').select('audience as name').execute(),
  client: (db: Queries) => db.selectFrom('clients').select('id as name').execute(),
} as const

export interface Reference {
  readonly name: string
  /** Place of the reference, for the message. */
  readonly where: string
}

export type Referred = keyof typeof NAMES

/** As `checkKnown`, with all names that are in the database. */
export async function requireKnown(
  db: Queries,
  kind: Referred,
  references: readonly Reference[],
): Promise<void> {
  if (references.length === 0) return
  const known = new Set((await NAMES[kind](db)).map((row) => row.name))
  checkKnown(kind, known, references)
}

/** Throws InputError `unknown-role`, `unknown-service` or `unknown-client`, with the name that was probably meant. */
export function checkKnown(
  kind: Referred,
  known: ReadonlySet<string>,
  references: readonly Reference[],
): void {
  const missing = references.find(({ name }) => !known.has(name))
  if (missing === undefined) return
  const meant = nearest(missing.name, known)
  throw new InputError(`unknown-${kind}`, {
    received: quoted(missing.name),
    expected: `a ${kind} that exists${meant === undefined ? '' : ` (did you mean ${quoted(meant)}?)`}`,
    where: missing.where,
  })
}
