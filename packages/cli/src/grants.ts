import { CliError } from './cli-error.ts'
import { GRANTS_FAULTS } from './messages/grants.ts'
import { type Row, rowsOf } from './pages.ts'

/** As the admin API writes it; `until` in seconds since 1970. */
export interface Grant {
  readonly audience: string
  readonly grant: string
  readonly until?: number
}

/**
 * `https://orders.example GET /orders/:id`, with ` until 2026-12-31T00:00Z` behind it where it ends. The issuer checks what the parts say.
 * Throws CliError.
 */
export function parseGrant(text: string): Grant {
  const [, audience, grant, end] = /^(\S+) +(\S+ +\S+)(?: +until +(\S+))?$/.exec(text.trim()) ?? []
  if (audience === undefined || grant === undefined) {
    throw new CliError(GRANTS_FAULTS.notAGrant, { received: text })
  }
  if (end === undefined) return { audience, grant }
  const until = Date.parse(end) / 1000
  if (!Number.isFinite(until)) throw new CliError(GRANTS_FAULTS.notAnEnd, { received: end })
  return { audience, grant, until: Math.floor(until) }
}

export function grantsOf(value: unknown): Grant[] {
  return rowsOf(value).map(readGrant)
}

function readGrant({ audience, grant, until }: Row): Grant {
  const facts = { audience: String(audience), grant: String(grant) }
  return typeof until === 'number' ? { ...facts, until } : facts
}

/** One line, which `parseGrant` understands. */
export function grantText({ audience, grant, until }: Grant): string {
  const end = until === undefined ? '' : ` until ${new Date(until * 1000).toISOString()}`
  return `${audience} ${grant}${end}`
}

/** What was there, without what is taken, with what is added; a grant that was there gets the new end. */
export function changedGrants(
  before: readonly Grant[],
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Grant[] {
  const added = change.add.map(parseGrant)
  const gone = [...added, ...change.remove.map(parseGrant)].map(keyOf)
  return [...before.filter((one) => !gone.includes(keyOf(one))), ...added]
}

function keyOf({ audience, grant }: Grant): string {
  return `${audience} ${grant}`
}
