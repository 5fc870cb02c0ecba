import type { Directory } from '@latchkey/directory'
import type { FastifyRequest } from 'fastify'
import type { End } from '../ending/end.ts'
import { refuseOverBudget } from '../rights/token-budget.ts'
import { actorOf } from './actor.ts'
import { keepAnAdministrator } from './administrators.ts'
import type { Change, RecordedChange } from './recorded-change.ts'

export interface ChangeOfRights<T> extends Change<T> {
  /** Subjects and audiences whose tokens speak of rights that have changed. */
  readonly stale: readonly string[]
}

/**
 * A recorded change of what people may do: an administrator stays, and tokens that were made before it are refreshed. `work` calls
 * `refuseMoreThanOwn` for the holder as it was and as it is.
 */
export type RightsChange = <T>(
  request: FastifyRequest,
  action: string,
  work: (inside: Directory) => Promise<ChangeOfRights<T>>,
) => Promise<T>

export function rightsChange(deps: {
  readonly issuer: string
  readonly recorded: RecordedChange
  readonly end: End
}): RightsChange {
  return async (request, action, work) => {
    const { result, stale } = await deps.recorded(request, action, async (inside) => {
      const change = await keepAnAdministrator(inside, deps.issuer, () => work(inside))
      await refuseOverBudget(inside, [...change.stale, ...personOf(change.target)], deps.issuer)
      return { ...change, result: change }
    })
    // First the state, then the end: whoever reads the log position after the end sees the new state.
    for (const about of stale) {
      await deps.end({ kind: 'stale', about }, 'permissions_changed', actorOf(request))
    }
    return result
  }
}

/** Who was created has no token that could be stale. */
function personOf(target: string): string[] {
  return target.startsWith('user u_') ? [target.slice('user '.length)] : []
}
