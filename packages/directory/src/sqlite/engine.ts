import { type RawBuilder, sql } from 'kysely'
import type { Engine } from '../sql/engine.ts'
import { examineSqlite } from './examine-sqlite.ts'
import { sqliteFault } from './fault.ts'

export const sqliteEngine: Engine = {
  name: 'sqlite',
  faultOf: sqliteFault,
  async hasTable(db, table) {
    const { rows } = await sql`
      select 1 from sqlite_schema where type = 'table' and name = ${table}`.execute(db)
    return rows.length > 0
  },
  // With the write lock: the one connection of this process would not see in between what others write, and what is remembered
  // would seem to be still so.
  snapshot: (db, work) => db.transaction().execute(work),
  examine: examineSqlite,
  migrating: (db) => db,
  // Triples of the text itself; of a shorter one, all triples that begin with it.
  searchIndex: (text) =>
    [...text].length >= 3
      ? userIn(sql`
          select rowid from user_search_text
          where user_search_text match ${`"${text.replaceAll('"', '""')}"`}`)
      : userIn(sql`
          select doc from user_search_grams
          where term >= ${text} and term < ${`${text}\u{10ffff}`}`),
}

function userIn(numbers: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql`id in (select user_id from user_search where number in (${numbers}))`
}
