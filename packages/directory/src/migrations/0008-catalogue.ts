import { createHash } from 'node:crypto'
import { type Kysely, sql } from 'kysely'

interface Route {
  readonly audience: string
  readonly number: number
  readonly method: string
  readonly pattern: string
  readonly current: number
}

/**
 * Catalogues that tokens can speak about in numbers: their hashes, and the lists of routes that versions of a service have
 * published. Which routes are current follows from those.
 */
export async function catalogue(db: Kysely<never>): Promise<void> {
  const { schema } = db
  await schema
    .alterTable('services')
    .addColumn('catalogue_hash', 'text', (c) => c.notNull().defaultTo(''))
    .execute()
  await schema
    .createTable('catalogue_heads')
    .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
    .addColumn('length', 'integer', (c) => c.notNull())
    .addColumn('hash', 'text', (c) => c.notNull())
    .addPrimaryKeyConstraint('catalogue_heads_key', ['audience', 'length'])
    .execute()
  await schema
    .createTable('publications')
    .addColumn('audience', 'text', (c) => c.notNull().references('services.audience'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('routes', 'text', (c) => c.notNull())
    .addColumn('turn', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('publications_key', ['audience', 'version'])
    .execute()
  const { rows } = await sql<Route>`select * from routes order by audience, number`.execute(db)
  for (const [audience, routes] of Map.groupBy(rows, (row) => row.audience)) {
    await keepPublished(db, audience, routes)
  }
  await schema.alterTable('routes').dropColumn('current').execute()
}

/** What is current now counts as published last, by a version that nobody has: the next one that is published takes its place. */
async function keepPublished(
  db: Kysely<never>,
  audience: string,
  routes: readonly Route[],
): Promise<void> {
  let hash = ''
  for (const { number, method, pattern } of routes) {
    const line = `${hash}\n${number} ${method} ${pattern}`
    hash = createHash('sha256').update(line).digest('base64url').slice(0, 16)
  }
  const current = routes.filter((route) => route.current === 1).map(({ number }) => [number])
  const { length } = routes
  await sql`update services set catalogue_hash = ${hash}, next_route = ${length} where audience = ${audience}`.execute(
    db,
  )
  await sql`insert into catalogue_heads values (${audience}, ${length}, ${hash})`.execute(db)
  const list = JSON.stringify(current)
  await sql`insert into publications values (${audience}, 'before', ${list}, 1)`.execute(db)
}
