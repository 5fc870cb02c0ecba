/** POST /admin/v1/users/import: a batch of people from another system, in one transaction, with an outcome for each line. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Directory } from '@latchkey/directory'
import { type Clock, InputError, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { type Static, Type } from 'typebox'
import { actorOf } from '../admin/actor.ts'
import { adminRoute, adminRoutes } from '../admin/framework/admin-route.ts'
import { closedObject } from '../admin/framework/closed.ts'
import { ADMIN_ONLY } from '../admin/framework/shipped-roles.ts'
import type { RefuseMoreThanOwn } from '../admin/own-rights.ts'
import type { RightsChange } from '../admin/rights-change.ts'
import { ImportRow } from './import-row.ts'
import { importUser, type OnExisting } from './import-user.ts'

export interface ImportUsersDeps {
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
  readonly clock: Clock
}

const MOST_ROWS = 500
/** Lines of one person are seldom longer than 4 KB, and 500 of them have to fit. */
const BODY_BYTES = 2 * 1024 * 1024
/** Others get the process in between: a lease must not wait for an import. */
const ROWS_A_TURN = 10

const Body = closedObject({
  on_existing: Type.Enum(['skip', 'update', 'fail']),
  dry_run: Type.Optional(Type.Boolean()),
  users: Type.Array(ImportRow, { minItems: 1, maxItems: MOST_ROWS }),
})

const Result = closedObject(
  {
    line: Type.Integer(),
    outcome: Type.Enum(['created', 'updated', 'skipped', 'refused']),
    sub: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    where: Type.Optional(Type.String()),
    received: Type.Optional(Type.String()),
    expected: Type.Optional(Type.String()),
  },
  'ImportResult',
)
type Result = Static<typeof Result>

export function importUsers(deps: ImportUsersDeps) {
  return adminRoutes(
    adminRoute({
      method: 'POST',
      path: '/users/import',
      summary: 'Brings in up to 500 people from another system, or tells what would happen',
      roles: ADMIN_ONLY,
      body: Body,
      bodyLimit: BODY_BYTES,
      answers: { 200: closedObject({ results: Type.Array(Result) }) },
      handle: async (request) => ({ results: await importBatch(request, request.body, deps) }),
    }),
  )
}

/** Carries the results out of a transaction that is to be undone. */
class DryRun extends Error {
  readonly results: readonly Result[]

  constructor(results: readonly Result[]) {
    super('nothing was to be done')
    this.results = results
  }
}

async function importBatch(
  request: FastifyRequest,
  { users, on_existing: onExisting, dry_run: isDry = false }: Static<typeof Body>,
  deps: ImportUsersDeps,
): Promise<readonly Result[]> {
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

interface Batch {
  readonly request: FastifyRequest
  readonly users: readonly ImportRow[]
  readonly onExisting: OnExisting
}

async function importRows(
  { request, users, onExisting }: Batch,
  inside: Directory,
  deps: ImportUsersDeps,
) {
  const results: Result[] = []
  const stale: string[] = []
  const disabled: string[] = []
  const done: { action: string; sub: string; username: string }[] = []
  for (const [index, row] of users.entries()) {
    if (index % ROWS_A_TURN === 0) await nextTurn()
    const { line } = row
    try {
      const imported = await inside.attempt((part) =>
        importUser(row, onExisting, { request, inside: part }, deps),
      )
      const { sub, username } = imported.user
      results.push({ line, outcome: imported.outcome, sub })
      if (imported.outcome === 'skipped') continue
      if (imported.stale) stale.push(sub)
      if (imported.disabled) disabled.push(sub)
      done.push({
        action: imported.outcome === 'created' ? 'user.create' : 'user.update',
        sub,
        username,
      })
    } catch (error) {
      results.push({ line, outcome: 'refused', ...refusal(error) })
    }
  }
  // Together at the end: whoever else has something to record waits from the first of them until the batch is over.
  const facts = { at: nowSeconds(deps.clock), actor: actorOf(request), reason: 'import' }
  await Promise.all(
    done.map(({ action, sub, username }) =>
      inside.audit.append({ ...facts, action, target: `user ${sub}`, detail: { username } }),
    ),
  )
  return { results, stale, disabled }
}

/** Why one line is refused. Anything else stops the batch, and nothing of it is done. */
function refusal(error: unknown): Omit<Result, 'line' | 'outcome'> {
  if (error instanceof InputError) {
    const { code, received, expected, where } = error
    return { code, received, expected, ...(where !== undefined && { where }) }
  }
  if (error instanceof OAuthError && error.code === 'insufficient_scope') {
    return { code: error.code, expected: error.description ?? 'no more rights than your own' }
  }
  throw error
}
