import type { CatalogueRoute } from '../directory.ts'
import type { Queries } from '../sql/sql.ts'
import type { PublishedRoute } from './published-routes.ts'

/** See `Catalogues.catalogue`. */
export async function readCatalogue(
  db: Queries,
  audience: string,
  living: readonly string[] = [],
): Promise<CatalogueRoute[]> {
  const rows = await db
    .selectFrom('routes')
    .select(['number', 'method', 'pattern'])
    .where('audience', '=', audience)
    .orderBy('number')
    .execute()
  const current = await currentRoutes(db, audience, living)
  return rows.map((row) => {
    const declared = current.get(row.number)
    const isKnown = declared !== undefined && declared !== 'undeclared'
    return { ...row, current: declared !== undefined, ...(isKnown && { public: declared }) }
  })
}

type Declaration = boolean | 'undeclared'

/** By number. Of versions that differ the stricter one counts: a route is public only when all of them say so. */
async function currentRoutes(
  db: Queries,
  audience: string,
  living: readonly string[],
): Promise<Map<number, Declaration>> {
  const publications = await db
    .selectFrom('publications')
    .select(['version', 'routes'])
    .where('audience', '=', audience)
    .orderBy('turn', 'desc')
    .execute()
  const alive = publications.filter(({ version }) => living.includes(version))
  const current = new Map<number, Declaration>()
  for (const { routes } of alive.length > 0 ? alive : publications.slice(0, 1)) {
    for (const [number, declared] of JSON.parse(routes) as readonly PublishedRoute[]) {
      const now = declared === undefined ? 'undeclared' : declared === 1
      current.set(number, stricter(current.get(number), now))
    }
  }
  return current
}

function stricter(one: Declaration | undefined, other: Declaration): Declaration {
  if (one === undefined || one === other) return other
  return one === 'undeclared' || other === 'undeclared' ? 'undeclared' : false
}
