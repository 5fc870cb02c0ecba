import type { KeyObject } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Audit, ChainPart } from '../directory.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import type { AuditRow } from '../sql/tables.ts'
import { type ChainFault, type ChainHead, faultOfLink } from './audit-chain.ts'
import { checkpoint, factsOf, rowsBehind } from './audit-rows.ts'

type Query = Parameters<Audit['verify']>[0]

/** Read at once: others get the database, and the process its turn, between two of them. */
const PAGE_ROWS = 500

/** Where a walk begins, and whether what stands before it was sealed. */
interface Start {
  readonly head: ChainHead
  readonly isSealed: boolean
  readonly fault?: ChainFault
}

/** Walks along the chain as it stands in the database. See `Audit.verify`. */
export async function verifyAudit(
  sql: Sql,
  { after, limit, known }: Query,
  key: KeyObject | undefined,
): Promise<ChainPart | undefined> {
  const start = await sql.read((db) => (after.id === 0 ? beginning(db) : place(db, after)))
  if (start === undefined) return undefined
  let { head, isSealed } = start
  let records = 0
  let holdsKnown = isSame(head, known)
  const part = (rest: Pick<ChainPart, 'isLast'> & Partial<ChainPart>): ChainPart => ({
    ...{ head, records, holdsKnown },
    ...rest,
  })
  if (start.fault) return part({ isLast: false, fault: start.fault })
  while (records < limit) {
    const { rows, newest } = await sql.read((db) => page(db, head.id, limit - records))
    for (const row of rows) {
      const fault = faultOfRow(row, { head, isSealed }, key)
      if (fault) return part({ isLast: false, fault })
      head = { id: row.id, digest: row.digest }
      isSealed ||= row.seal !== ''
      holdsKnown ||= isSame(head, known)
      records += 1
    }
    if (rows.length === 0) {
      const fault = faultOfEnd({ head, isSealed }, newest, key)
      return part({ isLast: true, ...(fault && { fault }) })
    }
    await nextTurn()
  }
  return part({ isLast: false })
}

/** The counter is read first: it can only have grown when the rows are. */
async function page(db: Queries, after: number, limit: number) {
  const counter = db.selectFrom('counters').select('value').where('name', '=', 'audit')
  const newest = (await counter.executeTakeFirst())?.value ?? 0
  return { newest, rows: await rowsBehind(db, after, Math.min(limit, PAGE_ROWS)) }
}

function faultOfRow(
  row: AuditRow,
  { head, isSealed }: Start,
  key: KeyObject | undefined,
): ChainFault | undefined {
  const { id, seal, digest } = row
  const fault = faultOfLink(head, { facts: factsOf(row, head.digest), link: { seal, digest } }, key)
  if (fault) return fault
  return isSealed && seal === '' ? { kind: 'unsealed', id } : undefined
}

/** Nothing covers the last record but its own seal. */
function faultOfEnd(
  { head, isSealed }: Start,
  newest: number,
  key: KeyObject | undefined,
): ChainFault | undefined {
  if (newest > head.id) return { kind: 'truncated', id: head.id + 1 }
  return key && head.id > 0 && !isSealed ? { kind: 'unsealed', id: head.id } : undefined
}

async function place(db: Queries, { id, digest }: ChainHead): Promise<Start | undefined> {
  const row = await db
    .selectFrom('audit')
    .select(['digest', 'seal'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (row?.digest !== digest) return undefined
  return { head: { id, digest }, isSealed: row.seal !== '' }
}

/** Where records were pruned, a later record, itself sealed, says so with the digest that the chain goes on from. */
async function beginning(db: Queries): Promise<Start> {
  const [oldest] = await rowsBehind(db, 0, 1)
  const id = (oldest?.id ?? 1) - 1
  if (id === 0) return { head: { id, digest: '' }, isSealed: false }
  const digest = (await checkpoint(db, id)) ?? ''
  const head = { id, digest }
  const cuts = await db
    .selectFrom('audit')
    .select('detail')
    .where('action', '=', 'audit.prune')
    .execute()
  const isRecorded = cuts.some(({ detail }) => {
    const { through, digest: told } = JSON.parse(detail)
    return through === id && told === digest
  })
  if (isRecorded) return { head, isSealed: false }
  return { head, isSealed: false, fault: { kind: 'cut', id: id + 1 } }
}

function isSame(head: ChainHead, known: ChainHead | undefined): boolean {
  return known !== undefined && known.id === head.id && known.digest === head.digest
}
