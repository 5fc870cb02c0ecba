import type { Clock, Random } from '@latchkey/protocol'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { UntoldEnd, UntoldEnds } from './directory.ts'
import type { Sql } from './sql/sql.ts'
import type { Tables, UntoldEndRow } from './sql/tables.ts'
import { ulid } from './ulid.ts'

export interface UntoldEndsDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
}

export function untoldEndsIn({ sql, clock, random }: UntoldEndsDeps): UntoldEnds {
  return {
    note: (ends, heldUntil) =>
      sql.write(async (db) => {
        const noted = ends.map((end) => ({ ...end, id: ulid(clock, random) }))
        for (const end of noted) {
          await db.insertInto('untold_ends').values(rowOf(end, heldUntil)).execute()
        }
        return noted
      }),
    areWaiting: (now) =>
      sql.read(async (db) => {
        const row = await db
          .selectFrom('untold_ends')
          .select('id')
          .where(isFree(now))
          .limit(1)
          .executeTakeFirst()
        return row !== undefined
      }),
    // Writes take turns, in all processes together: nobody claims what somebody else has seen here.
    claim: (limit, now, heldUntil) =>
      sql.write(async (db) => {
        const rows = await db
          .selectFrom('untold_ends')
          .selectAll()
          .where(isFree(now))
          .orderBy('held_until')
          .orderBy('id')
          .limit(limit)
          .execute()
        if (rows.length === 0) return []
        const ids = rows.map(({ id }) => id)
        await db
          .updateTable('untold_ends')
          .set({ held_until: heldUntil })
          .where('id', 'in', ids)
          .execute()
        return rows.map(endOf)
      }),
    remove: (id) =>
      sql.write(async (db) => {
        const result = await db.deleteFrom('untold_ends').where('id', '=', id).executeTakeFirst()
        return result.numDeletedRows === 1n
      }),
  }
}

/** Nobody holds one for longer: a second that is further ahead was written by a clock that is wrong, and would keep it for ever. */
const LONGEST_HELD_SECONDS = 60

function isFree(now: number) {
  return (row: ExpressionBuilder<Tables, 'untold_ends'>): Expression<SqlBool> =>
    row.or([row('held_until', '<=', now), row('held_until', '>', now + LONGEST_HELD_SECONDS)])
}

function rowOf({ id, target, reason, actor }: UntoldEnd, heldUntil: number): UntoldEndRow {
  return {
    id,
    target: JSON.stringify(target),
    reason,
    actor: JSON.stringify(actor),
    held_until: heldUntil,
  }
}

function endOf({ id, target, reason, actor }: UntoldEndRow): UntoldEnd {
  return { id, target: JSON.parse(target), reason, actor: JSON.parse(actor) }
}
