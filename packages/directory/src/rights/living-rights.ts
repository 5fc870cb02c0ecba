import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Rights } from '../directory.ts'

/** A grant of one holder at one service, whatever it comes from, until the last of its ends. */
export interface HeldGrant {
  readonly grant: string
  readonly until?: number
}

/**
 * `Users.rightsAt` and `Clients.rightsAt`. What is held changes with the database only and may be remembered; what counts
 * changes with the clock too, so that it is decided at each call.
 */
export function livingRights(
  held: (holder: string, audience: string) => Promise<readonly HeldGrant[]>,
  clock: Clock,
): (holder: string, audience: string) => Promise<Rights> {
  return async (holder, audience) => {
    const grants = await held(holder, audience)
    const now = nowSeconds(clock)
    const counting = grants.filter(({ until }) => until === undefined || until > now)
    const routes = counting.map(({ grant }) => grant)
    const ends = counting.flatMap(({ until }) => until ?? [])
    return ends.length === 0 ? { routes } : { routes, until: Math.min(...ends) }
  }
}

/** Each grant once, sorted by code unit. Held twice, it counts until the later end. */
export function mergeGrants(
  rows: readonly { readonly grant: string; readonly until?: number | undefined }[],
): HeldGrant[] {
  const ends = new Map<string, number>()
  for (const { grant, until = Number.POSITIVE_INFINITY } of rows) {
    ends.set(grant, Math.max(until, ends.get(grant) ?? 0))
  }
  return [...ends]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([grant, until]) => (until === Number.POSITIVE_INFINITY ? { grant } : { grant, until }))
}
