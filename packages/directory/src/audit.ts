import { InputError } from '@latchkey/protocol'
import { checkDetail } from './checks/audit-detail.ts'
import { cleanText, quoted } from './checks/text.ts'
import { checkWholeNumber } from './checks/whole-number.ts'
import type { Audit, AuditRecord } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { optional } from './sql/columns.ts'
import { nextCount } from './sql/next-count.ts'
import type { Queries, Sql } from './sql/sql.ts'
import type { AuditRow } from './sql/tables.ts'

const ACTION = /^[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*$/

/**
 * The audit log: it grows, and nothing else happens to it. Ids are consecutive in the order of commits, so a page never
 * misses a record that was slower, and a missing number is a record that somebody took away.
 */
export function auditIn(sql: Sql): Audit {
  return {
    append: (record) => sql.write((db) => appendRecord(db, record)),
    list: (query) => sql.read((db) => listRecords(db, query)),
  }
}

/** What was done is checked; whom it concerned and why may hold foreign text, and must not be lost: cleaned and cut. */
async function appendRecord(db: Queries, record: Omit<AuditRecord, 'id'>): Promise<void> {
  if (!ACTION.test(record.action) || record.action.length > DIRECTORY_LIMITS.auditActionChars) {
    throw new InputError('audit-action', {
      received: quoted(record.action),
      expected: 'words of a-z 0-9 _ with dots between them',
      where: 'action',
    })
  }
  const detail = checkDetail(record.detail)
  const clean = (text: string) => cleanText(text, DIRECTORY_LIMITS.auditTextChars)
  const cleanOrNull = (text: string | undefined) => (text === undefined ? null : clean(text))
  await db
    .insertInto('audit')
    .values({
      id: await nextCount(db, 'audit'),
      at: checkWholeNumber(record.at, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'at' }),
      actor_sub: clean(record.actor.sub),
      actor_client_id: cleanOrNull(record.actor.clientId),
      actor_sid: cleanOrNull(record.actor.sid),
      action: record.action,
      target: clean(record.target),
      reason: clean(record.reason),
      detail,
    })
    .execute()
}

async function listRecords(
  db: Queries,
  { before, limit, action, target, since }: Parameters<Audit['list']>[0],
): Promise<AuditRecord[]> {
  checkWholeNumber(limit, { least: 1, most: DIRECTORY_LIMITS.pageRows, where: 'limit' })
  let page = db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit)
  if (before !== undefined) page = page.where('id', '<', before)
  if (action !== undefined) page = page.where('action', '=', action)
  if (target !== undefined) page = page.where('target', '=', target)
  if (since !== undefined) page = page.where('at', '>=', since)
  return (await page.execute()).map(recordOf)
}

function recordOf(row: AuditRow): AuditRecord {
  return {
    id: row.id,
    at: row.at,
    actor: {
      sub: row.actor_sub,
      ...optional('clientId', row.actor_client_id),
      ...optional('sid', row.actor_sid),
    },
    action: row.action,
    target: row.target,
    reason: row.reason,
    detail: JSON.parse(row.detail),
  }
}
