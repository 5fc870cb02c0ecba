import { createHash } from 'node:crypto'
import { InputError, type RouteDeclaration } from '@latchkey/protocol'
import { atMost } from '../checks/at-most.ts'
import { checkRoute } from '../checks/service.ts'
import type { CatalogueRoute } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { flag } from '../sql/columns.ts'
import type { Queries } from '../sql/sql.ts'
import { lockService } from './lock-service.ts'

/** 96 bits: catalogues of one service are told apart, nobody is kept from making two alike. */
const HASH_CHARS = 16

/** See `Services.publishRoutes`; in the caller's transaction, which publications of one service take in turns. */
export async function publishRoutes(
  db: Queries,
  audience: string,
  declared: readonly RouteDeclaration[],
): Promise<{ hash: string; added: number }> {
  const published = checkedRoutes(declared)
  const { next_route: next } = await lockService(db, audience)
  const stored = await readCatalogue(db, audience)

  const known = new Set(stored.map(keyOf))
  const added = [...published]
    .filter(([key]) => !known.has(key))
    .map(([, { method, pattern }], index) => ({
      number: next + index,
      method,
      pattern,
      current: true,
    }))
  await addRoutes(db, audience, next, added)
  await markCurrent(db, audience, stored, published)

  const current = [...stored, ...added].filter((route) => published.has(keyOf(route)))
  return { hash: catalogueHash(current), added: added.length }
}

export async function readCatalogue(db: Queries, audience: string): Promise<CatalogueRoute[]> {
  const rows = await db
    .selectFrom('routes')
    .selectAll()
    .where('audience', '=', audience)
    .orderBy('number')
    .execute()
  return rows.map(({ number, method, pattern, current }) => ({
    number,
    method,
    pattern,
    current: current === 1,
  }))
}

/**
 * SHA-256 over `number method pattern` of the current routes, one on a line in the order of their numbers; the first 16
 * characters of its base64url. The numbers are in it because a bitmap speaks in numbers.
 */
export function catalogueHash(current: readonly Omit<CatalogueRoute, 'current'>[]): string {
  const hash = createHash('sha256')
  for (const { number, method, pattern } of current.toSorted((a, b) => a.number - b.number)) {
    hash.update(`${number} ${method} ${pattern}\n`)
  }
  return hash.digest('base64url').slice(0, HASH_CHARS)
}

/** By key, sorted, so that numbers do not depend on the order in which a router was filled. */
function checkedRoutes(declared: readonly RouteDeclaration[]): Map<string, RouteDeclaration> {
  atMost(DIRECTORY_LIMITS.routesPerService, declared, 'routes')
  for (const [index, route] of declared.entries()) checkRoute(route, `routes[${index}]`)
  const entries = declared.map((route) => [keyOf(route), route] as const)
  return new Map(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function keyOf({ method, pattern }: RouteDeclaration): string {
  return `${pattern} ${method}`
}

async function addRoutes(
  db: Queries,
  audience: string,
  next: number,
  added: readonly CatalogueRoute[],
): Promise<void> {
  if (added.length === 0) return
  if (next + added.length > DIRECTORY_LIMITS.routeNumbersPerService) {
    throw new InputError('catalogue-full', {
      received: `${added.length} new routes after ${next}`,
      expected: `at most ${DIRECTORY_LIMITS.routeNumbersPerService} routes in the life of a service`,
    })
  }
  await db
    .updateTable('services')
    .set({ next_route: next + added.length })
    .where('audience', '=', audience)
    .execute()
  const rows = added.map((route) => ({ audience, ...route, current: flag(route.current) }))
  await db.insertInto('routes').values(rows).execute()
}

async function markCurrent(
  db: Queries,
  audience: string,
  stored: readonly CatalogueRoute[],
  published: ReadonlyMap<string, RouteDeclaration>,
): Promise<void> {
  for (const current of [true, false]) {
    const numbers = stored
      .filter((route) => route.current !== current && published.has(keyOf(route)) === current)
      .map((route) => route.number)
    if (numbers.length === 0) continue
    await db
      .updateTable('routes')
      .set({ current: flag(current) })
      .where('audience', '=', audience)
      .where('number', 'in', numbers)
      .execute()
  }
}
