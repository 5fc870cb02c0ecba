import { InputError } from '@latchkey/protocol'
import type { DirectoryExamination } from '../contract/examination.ts'
import { migrationStatus } from './migrate.ts'
import type { Sql } from './sql.ts'

/** Asks the database about itself; changes nothing. Throws StoreUnavailable. */
export async function examine(sql: Sql): Promise<DirectoryExamination> {
  const facts = await sql.read((db) => sql.engine.examine(db))
  try {
    const { pending } = await migrationStatus(sql)
    return { ...facts, pending, tooNew: false }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return { ...facts, pending: [], tooNew: true }
  }
}
