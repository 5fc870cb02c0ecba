/** POST /admin/v1/users/import: a batch of people from another system, in one transaction, with an outcome for each line. */
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { ADMIN_ONLY } from '../admin/framework/shipped-roles.ts'
import type { RightsChange } from '../admin/rights-change.ts'
import { ImportResult } from './import-result.ts'
import { ImportRow } from './import-row.ts'
import { type ImportRowsDeps, importRows } from './import-rows.ts'
import type { OnExisting } from './import-user.ts'

export interface ImportUsersDeps extends ImportRowsDeps {
  readonly rightsChange: RightsChange
}

const MOST_ROWS = 500
/** Lines of one person are seldom longer than 4 KB, and 500 of them have to fit. */
const BODY_BYTES = 2 * 1024 * 1024

const Body = closedObject({
  on_existing: Type.Enum(['skip', 'update', 'fail']),
  dry_run: Type.Optional(Type.Boolean()),
  users: Type.Array(ImportRow, { minItems: 1, maxItems: MOST_ROWS }),
})

export function importUsers(deps: ImportUsersDeps) {
  return adminRoutes(
    adminRoute({
      method: 'POST',
      path: '/users/import',
      summary: 'Brings in up to 500 people from another system, or tells what would happen',
      roles: ADMIN_ONLY,
      body: Body,
      bodyLimit: BODY_BYTES,
      answers: { 200: closedObject({ results: Type.Array(ImportResult) }) },
      handle: async (request) => ({ results: await importBatch(request, request.body, deps) }),
    }),
  )
}

/** Carries the results out of a transaction that is to be undone. */
class DryRun extends Error {
  readonly results: readonly ImportResult[]

  constructor(results: readonly ImportResult[]) {
    super('nothing was to be done')
    this.results = results
  }
}

async function importBatch(
  request: FastifyRequest,
  { users, on_existing: onExisting, dry_run: isDry = false }: Static<typeof Body>,
  deps: ImportUsersDeps,
): Promise<readonly ImportResult[]> {
  const batch = { request, users, onExisting: onExisting as OnExisting }
  const change = deps.rightsChange(request, 'user.import', async (inside) => {
    const { results, stale, disabled } = await importRows(batch, inside, deps)
    if (isDry) throw new DryRun(results)
    const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length
    const detail = {
      ...{ created: count('created'), updated: count('updated') },
      ...{ skipped: count('skipped'), refused: count('refused') },
    }
    const ends = disabled.map((sub) => {
      return { target: { kind: 'user', sub }, reason: 'user_disabled' } as const
    })
    return { target: 'users', detail, ends, result: results, stale }
  })
  try {
    return await change
  } catch (error) {
    if (error instanceof DryRun) return error.results
    throw error
  }
}
