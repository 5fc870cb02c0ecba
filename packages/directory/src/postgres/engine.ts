import { sql } from 'kysely'
import type { Engine } from '../sql/engine.ts'
import { inCodeUnitOrder } from './code-unit-order.ts'
import { postgresFault } from './fault.ts'

export const postgresEngine: Engine = {
  name: 'postgres',
  faultOf: postgresFault,
  async hasTable(db, table) {
    const { rows } = await sql<{
      found: boolean
    }>`select to_regclass(${table}) is not null as found`.execute(db)
    return rows[0]?.found === true
  },
  migrating: inCodeUnitOrder,
  containing: (search) => sql`search_text like ${search} escape '!'`,
}
