import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Directory } from '@latchkey/directory'
import { type Clock, type InputError, nowSeconds } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../admin/actor.ts'
import { overBudget } from '../rights/token-budget.ts'
import { type ImportResult, refusalOf } from './import-result.ts'
import type { ImportRow } from './import-row.ts'
import { type ImportUserDeps, importUser, type OnExisting } from './import-user.ts'

export interface ImportRowsDeps extends ImportUserDeps {
  readonly issuer: string
  readonly clock: Clock
}

/** Others get the process in between: a lease must not wait for an import. */
const ROWS_A_TURN = 10

/** Lines that come in together. */
export interface Batch {
  readonly request: FastifyRequest
  readonly users: readonly ImportRow[]
  readonly onExisting: OnExisting
}

/** Why lines are refused that were good by themselves, by their place in the batch. */
type Refused = ReadonlyMap<number, InputError>

/** Undoes what a batch has done, because of these lines. */
class OverBudget extends Error {
  readonly refused: Refused

  constructor(refused: Refused) {
    super('rights that fit into no token')
    this.refused = refused
  }
}

/**
 * Tokens are looked at for the whole batch at once, and only where somebody's are too large it is done again without them: a look
 * for each line would cost more than all the rest.
 */
export async function importRows(batch: Batch, inside: Directory, deps: ImportRowsDeps) {
  let refused: Refused = new Map()
  for (;;) {
    try {
      return await inside.attempt((part) => importOnce(batch, refused, part, deps))
    } catch (error) {
      if (!(error instanceof OverBudget)) throw error
      refused = new Map([...refused, ...error.refused])
    }
  }
}

async function importOnce(
  { request, users, onExisting }: Batch,
  refused: Refused,
  inside: Directory,
  deps: ImportRowsDeps,
) {
  const results: ImportResult[] = []
  const stale: string[] = []
  const disabled: string[] = []
  const done: { action: string; sub: string; username: string }[] = []
  const withRights = new Map<string, number[]>()
  for (const [index, row] of users.entries()) {
    if (index % ROWS_A_TURN === 0) await nextTurn()
    const { line } = row
    try {
      const known = refused.get(index)
      if (known !== undefined) throw known
      const imported = await inside.attempt((part) =>
        importUser(row, onExisting, { request, inside: part }, deps),
      )
      const { sub, username } = imported.user
      results.push({ line, outcome: imported.outcome, sub })
      if (imported.outcome === 'skipped') continue
      if (imported.stale) stale.push(sub)
      const { roles, groups } = imported.user
      const isGiven = imported.outcome === 'created' && roles.length + groups.length > 0
      if (imported.stale || isGiven) withRights.set(sub, [...(withRights.get(sub) ?? []), index])
      if (imported.disabled) disabled.push(sub)
      done.push({
        action: imported.outcome === 'created' ? 'user.create' : 'user.update',
        sub,
        username,
      })
    } catch (error) {
      results.push({ line, outcome: 'refused', ...refusalOf(error) })
    }
  }
  const tooMuch = await overBudget(inside, [...withRights.keys()], deps.issuer)
  if (tooMuch.size > 0) {
    const places = [...tooMuch].flatMap(([sub, error]) =>
      (withRights.get(sub) ?? []).map((index) => [index, error] as const),
    )
    throw new OverBudget(new Map(places))
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
