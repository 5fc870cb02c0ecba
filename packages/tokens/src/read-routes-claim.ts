/** The claim `routes` in its two forms, and nothing that resembles them: packages/permissions/README.md. */
import { isCatalogueHash, isRouteBitmap } from '@latchkey/permissions'
import { LIMITS, type RoutesClaim } from '@latchkey/protocol'

/** Undefined for anything else. Only the members of the profile are passed on, and there are no others. */
export function readRoutesClaim(value: unknown): RoutesClaim | undefined {
  if (Array.isArray(value)) return isShortList(value) ? value : undefined
  if (typeof value !== 'object' || value === null) return undefined
  const { c, b, ...others } = value as Readonly<Record<string, unknown>>
  if (typeof c !== 'string' || typeof b !== 'string') return undefined
  // A member that this version does not know may have been meant to take something away.
  if (Object.keys(others).length > 0) return undefined
  return isCatalogueHash(c) && isRouteBitmap(b) ? { c, b } : undefined
}

/** Whether the texts are grants is decided where they are used; a text that is none opens nothing. */
function isShortList(list: readonly unknown[]): list is string[] {
  if (list.length > LIMITS.routesListEntries) return false
  let chars = 0
  for (const text of list) {
    if (typeof text !== 'string') return false
    chars += text.length
  }
  return chars <= LIMITS.routesListBytes
}
