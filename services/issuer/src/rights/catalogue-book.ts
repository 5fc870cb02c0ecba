/** The route catalogues of services, kept by their hashes: packages/permissions/README.md. */
import type { CatalogueHead, Services } from '@latchkey/directory'
import { EMPTY_CATALOGUE_HASH, type NumberedRoute, nextCatalogueHash } from '@latchkey/permissions'

/** A catalogue, or a beginning of one. */
export interface NamedCatalogue {
  readonly hash: string
  readonly routes: readonly NumberedRoute[]
}

export interface CatalogueBook {
  /** As it was read with its service: SQL is asked only when it has grown. */
  of(service: {
    readonly audience: string
    readonly catalogue: CatalogueHead
  }): Promise<NamedCatalogue>
  /** The one that a token names; undefined when the catalogue of now does not begin with it. */
  named(audience: string, hash: string): Promise<NamedCatalogue | undefined>
}

/** A large catalogue takes 600 KB. */
const MOST_SERVICES = 256

interface Known {
  readonly routes: readonly NumberedRoute[]
  /** Length of the beginning that has this hash. */
  readonly lengths: ReadonlyMap<string, number>
}

/**
 * A hash says what every number means, so that what was read once stays true, also when the database is another one by now. That is
 * why this memory may stand between a log position and the rights of a token (docs/architecture.md).
 */
export function catalogueBook(services: Pick<Services, 'catalogue'>): CatalogueBook {
  const books = new Map<string, Known>()

  async function read(audience: string): Promise<Known> {
    const known = knownOf(await services.catalogue(audience))
    books.delete(audience)
    books.set(audience, known)
    const [oldest] = books.keys()
    if (books.size > MOST_SERVICES && oldest !== undefined) books.delete(oldest)
    return known
  }

  async function named(audience: string, hash: string): Promise<NamedCatalogue | undefined> {
    const remembered = books.get(audience)
    return (remembered && beginning(remembered, hash)) ?? beginning(await read(audience), hash)
  }

  return {
    named,
    of: async ({ audience, catalogue }) => {
      const found = await named(audience, catalogue.hash)
      // The service was read before another process put an older database in place: what stands there now counts.
      return found ?? whole(await read(audience))
    },
  }
}

function knownOf(routes: readonly NumberedRoute[]): Known {
  const lengths = new Map([[EMPTY_CATALOGUE_HASH, 0]])
  let hash = EMPTY_CATALOGUE_HASH
  for (const [index, route] of routes.entries()) {
    hash = nextCatalogueHash(hash, route)
    lengths.set(hash, index + 1)
  }
  return { routes, lengths }
}

function beginning({ routes, lengths }: Known, hash: string): NamedCatalogue | undefined {
  const length = lengths.get(hash)
  if (length === undefined) return undefined
  return { hash, routes: length === routes.length ? routes : routes.slice(0, length) }
}

function whole({ routes, lengths }: Known): NamedCatalogue {
  const [hash = EMPTY_CATALOGUE_HASH] = [...lengths.keys()].slice(-1)
  return { hash, routes }
}
