import { grantIndex } from '@latchkey/permissions'

/** The grants that two lists have in common: of two that overlap, the narrower one. Sorted by code unit. */
export function sharedRoutes(one: readonly string[], other: readonly string[]): string[] {
  const shared = [...within(one, other), ...within(other, one)]
  return [...new Set(shared)].sort()
}

/** Whether each grant of a list is covered by one of the others: then the list opens nothing that they do not. */
export function liesWithin(list: readonly string[], others: readonly string[]): boolean {
  return within(list, others).length === list.length
}

/** A grant lies within others when one of them covers its method and its pattern, taken as a route. */
function within(list: readonly string[], others: readonly string[]): string[] {
  const allowed = grantIndex(others)
  return list.filter((grant) => {
    const space = grant.indexOf(' ')
    return allowed.allows(grant.slice(0, space), grant.slice(space + 1))
  })
}
