import { checkName } from '../checks/text.ts'
import type { OwnedKind, OwnedThings, Ownership } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { flag } from '../sql/columns.ts'
import type { Sql } from '../sql/sql.ts'
import type { OwnedRow } from '../sql/tables.ts'

export function ownedIn({ sql }: { readonly sql: Sql }): OwnedThings {
  return {
    find: (kind, id) =>
      sql.read(async (db) => {
        const row = await db
          .selectFrom('owned')
          .selectAll()
          .where('kind', '=', kind)
          .where('id', '=', id)
          .executeTakeFirst()
        return row && ownershipOf(row)
      }),
    list: () =>
      sql.read(async (db) => {
        const rows = await db.selectFrom('owned').selectAll().execute()
        return rows.map(ownershipOf).sort(byKindAndName)
      }),
    save: (ownership) =>
      sql.write(async (db) => {
        const { kind, id, name, file, applied, retired } = ownership
        checkName(file, { code: 'file-name', where: 'file', maxChars: DIRECTORY_LIMITS.nameChars })
        const columns = { name, file, applied: flag(applied), retired: flag(retired) }
        await db
          .insertInto('owned')
          .values({ kind, id, ...columns })
          .onConflict((clash) => clash.columns(['kind', 'id']).doUpdateSet(columns))
          .execute()
      }),
    release: (kind, id) =>
      sql.write(async (db) => {
        await db.deleteFrom('owned').where('kind', '=', kind).where('id', '=', id).execute()
      }),
  }
}

function ownershipOf({ kind, id, name, file, applied, retired }: OwnedRow): Ownership {
  return { kind, id, name, file, applied: applied === 1, retired: retired === 1 }
}

/** By code unit, which every database does differently. */
function byKindAndName(one: Ownership, other: Ownership): number {
  const [a, b] = [key(one), key(other)]
  return a === b ? 0 : a < b ? -1 : 1
}

function key({ kind, name }: { kind: OwnedKind; name: string }): string {
  return `${kind} ${name}`
}
