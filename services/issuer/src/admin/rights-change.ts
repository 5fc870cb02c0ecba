import type { Directory } from '@latchkey/directory'
import type { FastifyRequest } from 'fastify'
import { refuseOverBudget } from '../rights/token-budget.ts'
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
}): RightsChange {
  return (request, action, work) =>
    deps.recorded(request, action, async (inside) => {
      const change = await keepAnAdministrator(inside, deps.issuer, () => work(inside))
      await refuseOverBudget(inside, [...change.stale, ...personOf(change.target)], deps.issuer)
      return { ...change, ends: [...staleEnds(change.stale), ...(change.ends ?? [])] }
    })
}

/** Tokens that speak of rights which have changed. */
export function staleEnds(stale: readonly string[]) {
  return stale.map((about) => ({
    target: { kind: 'stale', about } as const,
    reason: 'permissions_changed' as const,
  }))
}

/** Who was created has no token that could be stale. */
function personOf(target: string): string[] {
  return target.startsWith('user u_') ? [target.slice('user '.length)] : []
}
