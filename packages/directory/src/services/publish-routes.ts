import { type NumberedRoute, nextCatalogueHash } from '@latchkey/permissions'
import { InputError, LIMITS, type RouteDeclaration } from '@latchkey/protocol'
import type { CatalogueHead, PublishedCatalogue } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import type { ServiceRow } from '../sql/tables.ts'
import { lockService } from './lock-service.ts'
import {
  type Declared,
  declaredRoutes,
  type PublishedRoute,
  publishedRoute,
  routeKey,
} from './published-routes.ts'

/**
 * See `Catalogues.publishRoutes`. Only a list that is not the latest one takes the write lock: verifiers that come back in a
 * crowd do not write one after the other.
 */
export async function publishRoutes(
  sql: Sql,
  audience: string,
  list: readonly RouteDeclaration[],
  again: boolean,
): Promise<PublishedCatalogue> {
  const declared = declaredRoutes(list)
  const known = await sql.read(async (db) => {
    const found = again
      ? await findPublication(db, audience, declared.version)
      : await latestPublication(db, audience)
    if (found?.version !== declared.version) return undefined
    return await answer(db, audience, list, declared, found.routes, 0)
  })
  return known ?? (await sql.write((db) => publish(db, audience, list, declared)))
}

/** In the caller's transaction, which publications of one service take in turns. */
async function publish(
  db: Queries,
  audience: string,
  list: readonly RouteDeclaration[],
  declared: Declared,
): Promise<PublishedCatalogue> {
  const service = await lockService(db, audience)
  const rows = await db
    .selectFrom('routes')
    .select(['number', 'method', 'pattern'])
    .where('audience', '=', audience)
    .execute()
  const numbers = new Map(rows.map((row) => [routeKey(row), row.number]))
  const added = await addRoutes(db, service, declared, numbers)
  const routes = JSON.stringify(
    [...declared.routes].map(([key, route]) => publishedRoute(numbers.get(key) as number, route)),
  )
  await keepPublication(db, audience, declared.version, routes)
  return answer(db, audience, list, declared, routes, added)
}

/** Appends what nobody has published before, and notes its numbers. */
async function addRoutes(
  db: Queries,
  { audience, next_route: next, catalogue_hash: before }: ServiceRow,
  declared: Declared,
  numbers: Map<string, number>,
): Promise<number> {
  let hash = before
  const added: NumberedRoute[] = []
  for (const [key, { method, pattern }] of declared.routes) {
    if (numbers.has(key)) continue
    const route = { number: next + added.length, method, pattern }
    numbers.set(key, route.number)
    hash = nextCatalogueHash(hash, route)
    added.push(route)
  }
  if (added.length === 0) return 0
  const length = next + added.length
  if (length > DIRECTORY_LIMITS.routeNumbersPerService) {
    throw new InputError('catalogue-full', {
      received: `${added.length} new routes after ${next}`,
      expected: `at most ${DIRECTORY_LIMITS.routeNumbersPerService} routes in the life of a service`,
    })
  }
  const rows = added.map((route) => ({ audience, ...route }))
  await db.insertInto('routes').values(rows).execute()
  await db.insertInto('catalogue_heads').values({ audience, length, hash }).execute()
  await db
    .updateTable('services')
    .set({ next_route: length, catalogue_hash: hash })
    .where('audience', '=', audience)
    .execute()
  return added.length
}

async function keepPublication(
  db: Queries,
  audience: string,
  version: string,
  routes: string,
): Promise<void> {
  const turn = ((await latestPublication(db, audience))?.turn ?? 0) + 1
  await db
    .insertInto('publications')
    .values({ audience, version, routes, turn })
    .onConflict((clash) => clash.columns(['audience', 'version']).doUpdateSet({ turn }))
    .execute()
  const kept = db
    .selectFrom('publications')
    .select('version')
    .where('audience', '=', audience)
    .orderBy('turn', 'desc')
    .limit(DIRECTORY_LIMITS.publicationsPerService)
  await db
    .deleteFrom('publications')
    .where('audience', '=', audience)
    .where('version', 'not in', kept)
    .execute()
}

function findPublication(db: Queries, audience: string, version: string) {
  return db
    .selectFrom('publications')
    .select(['version', 'routes'])
    .where('audience', '=', audience)
    .where('version', '=', version)
    .executeTakeFirst()
}

function latestPublication(db: Queries, audience: string) {
  return db
    .selectFrom('publications')
    .select(['version', 'routes', 'turn'])
    .where('audience', '=', audience)
    .orderBy('turn', 'desc')
    .limit(1)
    .executeTakeFirst()
}

/** The heads are read last: whatever has a number is in the newest of them. */
async function answer(
  db: Queries,
  audience: string,
  list: readonly RouteDeclaration[],
  declared: Declared,
  routes: string,
  added: number,
): Promise<PublishedCatalogue> {
  const published: readonly PublishedRoute[] = JSON.parse(routes)
  const keys = [...declared.routes.keys()]
  const numbers = new Map(published.map(([number], index) => [keys[index], number]))
  return {
    version: declared.version,
    added,
    numbers: list.map((route) => numbers.get(routeKey(route)) as number),
    heads: await latestHeads(db, audience),
  }
}

async function latestHeads(db: Queries, audience: string): Promise<CatalogueHead[]> {
  const rows = await db
    .selectFrom('catalogue_heads')
    .select(['length', 'hash'])
    .where('audience', '=', audience)
    .orderBy('length', 'desc')
    .limit(LIMITS.catalogueHeads)
    .execute()
  return rows.map(({ length, hash }) => ({ length, hash })).reverse()
}
