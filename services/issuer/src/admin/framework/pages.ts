/** Lists come in pages, each after the last row of the one before: a cursor that only this issuer can write (attack H4). */
import type { KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { type TSchema, Type } from 'typebox'
import { isMacOf, macOf } from '../../keys/mac.ts'
import { closedObject } from './closed.ts'

/** Most rows of one page; as many as the directory gives at once. */
const DEFAULT_ROWS = '100'

/** What every list takes. */
export const PAGE_QUERY = {
  limit: Type.Optional(
    Type.String({
      pattern: '^([1-9]|[1-9]\\d|[1-4]\\d\\d|500)$',
      description: 'Rows of a page, 1 to 500; by default 100.',
    }),
  ),
  after: Type.Optional(
    Type.String({ maxLength: 2048, description: 'The `next` of the page before.' }),
  ),
}

/** The answer of a list: `{ "users": [...], "next": "..." }`. */
export function pageOf<Row extends TSchema>(plural: string, row: Row) {
  return closedObject({
    [plural]: Type.Array(row),
    next: Type.Optional(
      Type.String({ description: 'Ask again with it as `after`; absent on the last page.' }),
    ),
  })
}

export interface Page {
  readonly limit: number
  /** Where the page before ended, as its `next` was given it; undefined on the first page. */
  readonly after: string | undefined
  /** `{ next }` when there may be more: the page is full. */
  next<Row>(rows: readonly Row[], positionOf: (row: Row) => string): { next?: string }
}

export type Pages = (request: FastifyRequest) => Page

/** `macKey` is derived for this purpose alone. */
export function pages({ macKey }: { readonly macKey: KeyObject }): Pages {
  return (request) => {
    const { limit = DEFAULT_ROWS, after } = request.query as { limit?: string; after?: string }
    const rows = Number(limit)
    const about = listOf(request)
    return {
      limit: rows,
      after: after === undefined ? undefined : read(after, about, macKey),
      next(found, positionOf) {
        const last = found.at(-1)
        if (found.length < rows || last === undefined) return {}
        const position = positionOf(last)
        const text = Buffer.from(position).toString('base64url')
        return { next: `${text}.${macOf(macKey, about + position)}` }
      },
    }
  }
}

/** Which list with which filters: a cursor of one says nothing in another. */
function listOf(request: FastifyRequest): string {
  const { limit: _, after: __, ...filters } = request.query as Record<string, string>
  const sorted = Object.entries(filters).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify([request.routeOptions.url, request.params, sorted])}\n`
}

function read(cursor: string, about: string, macKey: KeyObject): string {
  const [text = '', mac = '', ...more] = cursor.split('.')
  const position = Buffer.from(text, 'base64url').toString()
  if (more.length === 0 && isMacOf(macKey, about + position, mac)) return position
  throw new InputError('cursor-invalid', {
    where: 'querystring/after',
    received: 'a cursor that is not of this list',
    expected: 'the next of the page before, with the same filters',
  })
}
