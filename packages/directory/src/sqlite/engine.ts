import { sql } from 'kysely'
import type { Engine } from '../sql/engine.ts'
import { sqliteFault } from './fault.ts'

export const sqliteEngine: Engine = {
  name: 'sqlite',
  faultOf: sqliteFault,
  async hasTable(db, table) {
    const { rows } = await sql`
      select 1 from sqlite_schema where type = 'table' and name = ${table}`.execute(db)
    return rows.length > 0
  },
  migrating: (db) => db,
  containing: (search) => sql`search_text like ${search} escape '!'`,
}
