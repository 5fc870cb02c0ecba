import type { Kysely } from 'kysely'
import { lookKeys } from '../checks/skeleton.ts'

const ROWS_AT_ONCE = 500

interface Tables {
  users: { id: string; username: string }
  user_looks: { look: string; user_id: string }
}

/**
 * What user names look like, so that nobody gets a name that can be taken for another one. Of look-alikes that are there
 * already, the oldest has the look; all keep their names.
 */
export async function userLooks(db: Kysely<never>): Promise<void> {
  await db.schema
    .createTable('user_looks')
    .addColumn('look', 'text', (c) => c.primaryKey())
    .addColumn('user_id', 'text', (c) => c.notNull().references('users.id').onDelete('cascade'))
    .execute()
  await db.schema.createIndex('user_looks_by_user').on('user_looks').column('user_id').execute()
  const tables = db as unknown as Kysely<Tables>
  for (let after: string | undefined = ''; after !== undefined; ) {
    after = await noteLooks(tables, after)
  }
}

/** Of the users after this one; the last of them, undefined when there are no more. */
async function noteLooks(db: Kysely<Tables>, after: string): Promise<string | undefined> {
  const users = await db
    .selectFrom('users')
    .select(['id', 'username'])
    .where('id', '>', after)
    .orderBy('id')
    .limit(ROWS_AT_ONCE)
    .execute()
  const looks = users.flatMap(({ id, username }) =>
    lookKeys(username).map((look) => ({ look, user_id: id })),
  )
  if (looks.length === 0) return undefined
  await db
    .insertInto('user_looks')
    .values(looks)
    .onConflict((clash) => clash.doNothing())
    .execute()
  return users.at(-1)?.id
}
