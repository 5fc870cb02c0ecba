import { sql } from 'kysely'
import type { SqliteFacts } from '../contract/examination.ts'
import type { Queries } from '../sql/sql.ts'

export async function examineSqlite(db: Queries): Promise<SqliteFacts> {
  const version = await sql<{ version: string }>`select sqlite_version() as version`.execute(db)
  const mode = await sql<{ journal_mode: string }>`
    select journal_mode from pragma_journal_mode`.execute(db)
  return {
    kind: 'sqlite',
    version: version.rows[0]?.version ?? '',
    journalMode: mode.rows[0]?.journal_mode ?? '',
  }
}
