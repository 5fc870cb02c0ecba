import type { Actor } from '@latchkey/protocol'
import type { Audit, ExportedRecord } from '../directory.ts'
import { optional } from '../sql/columns.ts'
import type { Queries } from '../sql/sql.ts'
import type { AuditRow } from '../sql/tables.ts'
import type { ChainHead } from './audit-chain.ts'
import { type AuditFacts, auditLine } from './audit-line.ts'

export function factsOf(row: Omit<AuditRow, 'seal' | 'digest'>, previous: string): AuditFacts {
  return {
    id: row.id,
    at: row.at,
    actor: actorOf(row),
    action: row.action,
    target: row.target,
    reason: row.reason,
    detail: row.detail,
    previous,
  }
}

export function actorOf(row: Omit<AuditRow, 'id' | 'seal' | 'digest'>): Actor {
  return {
    sub: row.actor_sub,
    ...optional('clientId', row.actor_client_id),
    ...optional('sid', row.actor_sid),
    ...optional('address', row.actor_address),
    ...optional('requestId', row.request_id),
  }
}

/** Of the record before this one, also when that was pruned. '' before the first, and where somebody took it away. */
export async function digestBefore(db: Queries, id: number): Promise<string> {
  if (id <= 1) return ''
  const row = await db
    .selectFrom('audit')
    .select('digest')
    .where('id', '=', id - 1)
    .executeTakeFirst()
  return row?.digest ?? (await checkpoint(db, id - 1)) ?? ''
}

/** The digest of a record that was the last one to be pruned. */
export async function checkpoint(db: Queries, id: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('audit_checkpoints')
    .select('digest')
    .where('id', '=', id)
    .executeTakeFirst()
  return row?.digest
}

/** The newest place up to a record; before the first, when there is none. */
export async function headOf(db: Queries, upTo = Number.MAX_SAFE_INTEGER): Promise<ChainHead> {
  for (const table of ['audit', 'audit_checkpoints'] as const) {
    const newest = await db
      .selectFrom(table)
      .select(['id', 'digest'])
      .where('id', '<=', upTo)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst()
    if (newest) return { id: newest.id, digest: newest.digest }
  }
  return { id: 0, digest: '' }
}

/** Oldest first. */
export async function rowsBehind(db: Queries, after: number, limit: number): Promise<AuditRow[]> {
  const page = db.selectFrom('audit').selectAll().where('id', '>', after).orderBy('id').limit(limit)
  return await page.execute()
}

/**
 * What is exported has no holes: from the first record of the second `since` to the last one of `until`, and what other clocks
 * say of the records between does not matter.
 */
export async function linesOf(
  db: Queries,
  { after, limit, since, until }: Parameters<Audit['lines']>[0],
): Promise<ExportedRecord[]> {
  const first = since === undefined ? undefined : await edge(db, '>=', since)
  const last = until === undefined ? undefined : await edge(db, '<=', until)
  if ((since !== undefined && first === undefined) || (until !== undefined && last === undefined))
    return []
  const rows = await rowsBehind(db, Math.max(after, (first ?? 1) - 1), limit)
  let previous = await digestBefore(db, rows[0]?.id ?? 1)
  const lines: ExportedRecord[] = []
  for (const row of rows) {
    if (row.id > (last ?? row.id)) break
    const { id, seal, digest } = row
    lines.push({ id, line: auditLine(factsOf(row, previous), { seal, digest }) })
    previous = digest
  }
  return lines
}

/** The first record from a second on, or the last one up to it. */
async function edge(db: Queries, side: '>=' | '<=', second: number): Promise<number | undefined> {
  const order = side === '>=' ? 'asc' : 'desc'
  const row = await db
    .selectFrom('audit')
    .select('id')
    .where('at', side, second)
    .orderBy('at', order)
    .orderBy('id', order)
    .limit(1)
    .executeTakeFirst()
  return row?.id
}
