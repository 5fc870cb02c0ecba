import { sql } from 'kysely'
import type { Queries } from './sql.ts'

/** A part of the transaction of `db`: what it has written is taken back when it throws. SQLite and PostgreSQL agree on savepoints. */
export async function undoneAlone<T>(db: Queries, work: () => Promise<T>): Promise<T> {
  await sql`savepoint part`.execute(db)
  try {
    const value = await work()
    await sql`release savepoint part`.execute(db)
    return value
  } catch (error) {
    await sql`rollback to savepoint part`.execute(db)
    await sql`release savepoint part`.execute(db)
    throw error
  }
}
