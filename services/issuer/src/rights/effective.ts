/** What a person may call at a service, route by route, and why: the answer to "who gave them that?" (docs/operate/people.md). */
import type { CatalogueRoute, GrantSource, Service, User } from '@latchkey/directory'
import { grantFinder } from '@latchkey/permissions'

export interface EffectiveRoute {
  readonly method: string
  readonly pattern: string
  /** Everybody may call it, without a right. */
  readonly isPublic: boolean
  readonly isAllowed: boolean
  /** Second from which it is allowed no more; absent: it has no end, or it is not allowed. */
  readonly until?: number
  /** The living grants that cover it, from wherever they come. */
  readonly by: readonly GrantSource[]
}

export interface EffectiveRights {
  /** Why no token is made, whatever is granted. */
  readonly blocked?: Blocked
  /** Those that the service has now, in the order of their numbers. */
  readonly routes: readonly EffectiveRoute[]
  /** Living grants that cover none of them: their routes are gone, or were never there. */
  readonly unmatched: readonly GrantSource[]
}

export type Blocked = 'user_disabled' | 'user_must_change_password' | 'service_disabled'

export interface EffectiveFacts {
  readonly user: Pick<User, 'disabled' | 'mustChangePassword'>
  readonly service: Pick<Service, 'disabled'>
  readonly sources: readonly GrantSource[]
  readonly catalogue: readonly CatalogueRoute[]
  /** Second. */
  readonly now: number
}

export function effective(facts: EffectiveFacts): EffectiveRights {
  const living = facts.sources.filter(({ until }) => until === undefined || until > facts.now)
  // Thousands of grants and thousands of routes: to compare each with each would hold up the process for seconds.
  const byGrant = Map.groupBy(living, ({ grant }) => grant)
  const find = grantFinder(byGrant.keys())
  const blocked = blockedBy(facts)
  const matched = new Set<GrantSource>()
  const routes = facts.catalogue
    .filter(({ current }) => current)
    .map((route) => {
      const by = find(route.method, route.pattern).flatMap((grant) => byGrant.get(grant) ?? [])
      for (const source of by) matched.add(source)
      return describe(route, by, blocked !== undefined)
    })
  return {
    ...(blocked !== undefined && { blocked }),
    routes,
    unmatched: living.filter((source) => !matched.has(source)),
  }
}

function describe(
  { method, pattern, public: isPublic = false }: CatalogueRoute,
  by: readonly GrantSource[],
  isBlocked: boolean,
): EffectiveRoute {
  const isAllowed = isPublic || (by.length > 0 && !isBlocked)
  // It goes on until the last of the grants that cover it has ended.
  const until = Math.max(...by.map((source) => source.until ?? Number.POSITIVE_INFINITY))
  const ends = isAllowed && !isPublic && Number.isFinite(until)
  return { method, pattern, isPublic, isAllowed, ...(ends && { until }), by }
}

/** In the order in which a token request would find out. */
function blockedBy({ user, service }: EffectiveFacts): Blocked | undefined {
  if (user.disabled) return 'user_disabled'
  if (user.mustChangePassword) return 'user_must_change_password'
  return service.disabled ? 'service_disabled' : undefined
}
