import type { KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { checkDetail } from '../checks/audit-detail.ts'
import { cleanText, quoted } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { Audit, AuditRecord } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { nextCount } from '../sql/next-count.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import type { AuditRow } from '../sql/tables.ts'
import { linkOf } from './audit-chain.ts'
import { actorOf, digestBefore, factsOf, headOf, linesOf } from './audit-rows.ts'
import { groupCommit } from './group-commit.ts'
import { pruneAudit } from './prune-audit.ts'
import { verifyAudit } from './verify-audit.ts'

export interface AuditDeps {
  readonly sql: Sql
  /** What seals are computed with. Absent: records are chained, and not sealed. */
  readonly auditKey?: KeyObject | undefined
}

/** A record that was checked and cleaned, without its place in the chain. */
type Prepared = Omit<AuditRow, 'id' | 'seal' | 'digest'>

const ACTION = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/

/**
 * The audit log: it grows at one end, and is cut at the other. Ids are consecutive in the order of commits, so a page never
 * misses a record that was slower, and a missing number is a record that somebody took away; each record covers the digest of the
 * one before it (audit-chain.ts).
 */
export function auditIn({ sql, auditKey: key }: AuditDeps): Audit {
  const commit = groupCommit(
    (records: readonly Prepared[]) => sql.append((db) => appendRecords(db, records, key)),
    { rests: !sql.isInside },
  )
  return {
    append: async (record) => await commit(prepare(record)),
    list: (query) => sql.read((db) => listRecords(db, query)),
    lines: (query) => sql.read((db) => linesOf(db, query)),
    head: (upTo) => sql.read((db) => headOf(db, upTo)),
    verify: (query) => verifyAudit(sql, query, key),
    prune: ({ before, now, actor }) =>
      sql.write((db) =>
        pruneAudit(db, before, (detail) =>
          appendRecords(db, [prepare({ at: now, actor, ...PRUNED, detail })], key),
        ),
      ),
  }
}

const PRUNED = { action: 'audit.prune', target: 'audit', reason: 'admin' } as const

/** What was done is checked; whom it concerned and why may hold foreign text, and must not be lost: cleaned and cut. */
function prepare(record: Omit<AuditRecord, 'id'>): Prepared {
  if (!ACTION.test(record.action) || record.action.length > DIRECTORY_LIMITS.auditActionChars) {
    throw new InputError('audit-action', {
      received: quoted(record.action),
      expected: 'words of a-z 0-9 _ with dots between them',
      where: 'action',
    })
  }
  const clean = (text: string) => cleanText(text, DIRECTORY_LIMITS.auditTextChars)
  const cleanOrNull = (text: string | undefined) => (text === undefined ? null : clean(text))
  const { actor } = record
  return {
    at: checkWholeNumber(record.at, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'at' }),
    actor_sub: clean(actor.sub),
    actor_client_id: cleanOrNull(actor.clientId),
    actor_sid: cleanOrNull(actor.sid),
    actor_address: cleanOrNull(actor.address),
    request_id: cleanOrNull(actor.requestId),
    action: record.action,
    target: clean(record.target),
    reason: clean(record.reason),
    detail: checkDetail(record.detail),
  }
}

/** The counter is also the lock: whoever appends next waits, and so finds the digest of the record before. */
async function appendRecords(
  db: Queries,
  records: readonly Prepared[],
  key: KeyObject | undefined,
): Promise<void> {
  let id = (await nextCount(db, 'audit', records.length)) - records.length
  let previous = await digestBefore(db, id + 1)
  const rows: AuditRow[] = []
  for (const record of records) {
    id += 1
    const link = linkOf(factsOf({ ...record, id }, previous), key)
    rows.push({ ...record, id, ...link })
    previous = link.digest
  }
  await db.insertInto('audit').values(rows).execute()
}

async function listRecords(
  db: Queries,
  { before, limit, action, actor, target, since }: Parameters<Audit['list']>[0],
): Promise<AuditRecord[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  let page = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) page = page.where('id', '<', before)
  if (action !== undefined) page = page.where('action', '=', action)
  if (actor !== undefined) page = page.where('actor_sub', '=', actor)
  if (target !== undefined) page = page.where('target', '=', target)
  if (since !== undefined) page = page.where('at', '>=', since)
  return (await page.execute()).map(recordOf)
}

function recordOf(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    at: row.at,
    actor: actorOf(row),
    action: row.action,
    target: row.target,
    reason: row.reason,
    detail: JSON.parse(row.detail),
  }
}
