/** Lists of resources: RFC 7644 sections 3.4.2 and 3.4.3. */
import { createHash } from 'node:crypto'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyRequest } from 'fastify'
import { type Projection, readProjection } from './answer.ts'
import type { Filter } from './filter/filter.ts'
import { parseFilter } from './filter/parse-filter.ts'
import type { Document } from './schemas/canonical.ts'
import { ScimError } from './scim-error.ts'
import { SCIM_LIMITS } from './scim-limits.ts'

const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const SEARCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const KIND = 'scim-page'

export interface ListRequest {
  /** As it was sent. */
  readonly filterText: string
  readonly filter: Filter | undefined
  /** From 1. */
  readonly startIndex: number
  readonly count: number
  readonly projection: Projection
}

/** @param given the query of GET, or the body of `.search` */
export function readList(given: Document): ListRequest {
  const { filter, sortBy } = given
  if (sortBy !== undefined) throw new ScimError('invalidValue', 'sortBy is not supported')
  if (filter !== undefined && typeof filter !== 'string') {
    throw new ScimError('invalidFilter', 'the filter has to be one text')
  }
  const { pageResources, usualPageResources } = SCIM_LIMITS
  const count = wholeNumber(given['count'], 'count') ?? usualPageResources
  return {
    filterText: filter ?? '',
    filter: filter ? parseFilter(filter) : undefined,
    startIndex: Math.max(1, wholeNumber(given['startIndex'], 'startIndex') ?? 1),
    count: Math.min(Math.max(0, count), pageResources),
    projection: readProjection(given),
  }
}

/** @throws ScimError `invalidSyntax` */
export function searchBody(body: unknown): Document {
  const { schemas } = body as { schemas?: unknown }
  if (Array.isArray(schemas) && schemas.includes(SEARCH_SCHEMA)) return body as Document
  throw new ScimError('invalidSyntax', `schemas has to hold ${SEARCH_SCHEMA}`)
}

function wholeNumber(value: unknown, where: string): number | undefined {
  if (value === undefined) return undefined
  const text = String(value)
  if (/^-?\d{1,15}$/.test(text)) return Number(text)
  throw new ScimError('invalidValue', `${where} has to be a whole number`)
}

interface Source<Thing> {
  readonly idOf: (thing: Thing) => string
  /** Up to `most`. */
  count(most: number): Promise<number>
  select(page: { after?: string; skip?: number; limit: number }): Promise<Thing[]>
}

export interface ListsDeps {
  readonly documents: Pick<Store['documents'], 'get' | 'put'>
  readonly clock: Clock
}

/** Where a page begins: kept when the one before was told. */
interface Bookmark {
  readonly after: string
  readonly total: number
}

export interface Page<Thing> {
  readonly total: number
  readonly things: readonly Thing[]
}

/**
 * A page by its number. SCIM counts, and passing over all the pages before would make a walk through a large directory quadratic:
 * so each page leaves a bookmark, by which the next one goes on, in whatever process. The total is counted with the first page.
 * Without a bookmark a page costs as much as there is to pass over. What goes meanwhile moves nobody out of sight.
 */
export async function readPage<Thing>(
  request: FastifyRequest,
  { filterText, startIndex, count }: ListRequest,
  source: Source<Thing>,
  { documents, clock }: ListsDeps,
): Promise<Page<Thing>> {
  const now = nowSeconds(clock)
  const place = (index: number) => placeOf(request, filterText, index)
  const text = startIndex === 1 ? undefined : await documents.get(KIND, place(startIndex), now)
  const bookmark: Bookmark | undefined = text === undefined ? undefined : JSON.parse(text)
  const total = bookmark?.total ?? (await totalOf(filterText, source))
  if (count === 0) return { total, things: [] }
  const from = bookmark ? { after: bookmark.after } : { skip: startIndex - 1 }
  const things = await source.select({ ...from, limit: count })
  const last = things.at(-1)
  if (last !== undefined && things.length === count) {
    const next: Bookmark = { after: source.idOf(last), total }
    const until = now + SCIM_LIMITS.bookmarkSeconds
    await documents.put(KIND, place(startIndex + count), JSON.stringify(next), until, now)
  }
  return { total, things }
}

async function totalOf(
  filterText: string,
  { count }: Pick<Source<unknown>, 'count'>,
): Promise<number> {
  if (filterText === '') return await count(Number.MAX_SAFE_INTEGER)
  const { matches } = SCIM_LIMITS
  const total = await count(matches + 1)
  if (total <= matches) return total
  throw new ScimError(
    'tooMany',
    `more than ${matches} fit the filter: narrow it, or list without one`,
  )
}

/** Of one caller and one list: walks of others, and with other filters, have their own. */
function placeOf(request: FastifyRequest, filterText: string, index: number): string {
  const { sub, client_id: client } = request.admin ?? {}
  const kind = request.routeOptions.url?.replace('/.search', '')
  const facts = JSON.stringify([sub, client, kind, filterText, index])
  return createHash('sha256').update(facts).digest('base64url')
}

export function listBody(resources: readonly Document[], total: number, startIndex: number) {
  return {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}
