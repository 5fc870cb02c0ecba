import { sql } from 'kysely'
import type { Engine } from '../sql/engine.ts'
import { inCodeUnitOrder } from './code-unit-order.ts'
import { examinePostgres } from './examine-postgres.ts'
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
  snapshot: (db, work) =>
    db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work),
  examine: examinePostgres,
  migrating: inCodeUnitOrder,
  searchIndex: (text) => sql`latchkey_grams(search_text) @> ${gramsOf(text)}`,
}

/** The pairs of a text, which say all that its single characters would; of one character, itself. */
function gramsOf(text: string): string[] {
  const characters = [...text]
  if (characters.length === 1) return characters
  const pairs = characters.slice(1).map((second, index) => `${characters[index]}${second}`)
  return [...new Set(pairs)]
}
