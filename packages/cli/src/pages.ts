import type { Context } from './command.ts'
import { type IssuerApi, record } from './issuer-api.ts'
import { liveLines } from './live-lines.ts'
import { PAGES } from './messages/pages.ts'

export type Row = Readonly<Record<string, unknown>>

export interface ListRequest {
  /** Below `/admin/v1`, without a query. */
  readonly path: string
  /** The member of the answer that has the rows. */
  readonly member: string
  readonly query?: Readonly<Record<string, string | undefined>>
  /** Most rows that are wanted; absent: all. */
  readonly limit?: number | undefined
  /** Its pages may be short or empty without being the last: whole ones are asked for, however few rows are wanted. */
  readonly sparse?: boolean
}

/** Rows of one page: as many as an issuer gives at once. */
const PAGE_ROWS = 500

/** The rows of a list, page by page, with a count of them while it goes on. */
export async function* pages(
  api: IssuerApi,
  request: ListRequest,
  context: Context,
): AsyncGenerator<readonly Row[]> {
  const live = liveLines(context.terminal.stderr)
  const wanted = request.limit ?? Number.POSITIVE_INFINITY
  let after: string | undefined
  let seen = 0
  try {
    do {
      const limit = String(request.sparse ? PAGE_ROWS : Math.min(PAGE_ROWS, wanted - seen))
      const query = queryOf({ ...request.query, limit, after })
      const answer = record(await api.get(`/admin/v1${request.path}?${query}`))
      const rows = rowsOf(answer[request.member]).slice(0, wanted - seen)
      live.clear()
      yield rows
      seen += rows.length
      after = typeof answer['next'] === 'string' ? answer['next'] : undefined
      if (after !== undefined) live.show([context.say(PAGES.soFar, { count: seen })])
    } while (after !== undefined && seen < wanted)
  } finally {
    live.clear()
  }
}

function queryOf(members: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined) query.set(name, value)
  }
  return query
}

export function rowsOf(value: unknown): readonly Row[] {
  return Array.isArray(value) ? value.map(record) : []
}
