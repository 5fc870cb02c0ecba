import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Rights } from '../directory.ts'

/** A grant of one holder at one service, whatever it comes from, until the last of its ends. */
export interface HeldGrant {
  readonly grant: string
  readonly until?: number
}

/** What one holder holds at one service, whether it has ended or not. */
export interface Held {
  readonly grants: readonly HeldGrant[]
  /** What counts as long as none of them has ended. */
  readonly all: Rights
}

/**
 * `Users.rightsAt` and `Clients.rightsAt`. What is held changes with the database only and may be remembered; what counts
 * changes with the clock too, so that it is decided at each call.
 */
export function livingRights(
  held: (holder: string, audience: string) => Promise<Held>,
  clock: Clock,
): (holder: string, audience: string) => Promise<Rights> {
  return async (holder, audience) => {
    const { grants, all } = await held(holder, audience)
    const now = nowSeconds(clock)
    if (all.until === undefined || all.until > now) return all
    return rightsOf(grants.filter(({ until }) => until === undefined || until > now))
  }
}

/** Each grant once, sorted by code unit. Held twice, it counts until the later end. */
export function mergeGrants(
  rows: readonly { readonly grant: string; readonly until?: number | undefined }[],
): Held {
  const ends = new Map<string, number>()
  for (const { grant, until = Number.POSITIVE_INFINITY } of rows) {
    ends.set(grant, Math.max(until, ends.get(grant) ?? 0))
  }
  const grants = [...ends]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([grant, until]) => (until === Number.POSITIVE_INFINITY ? { grant } : { grant, until }))
  return { grants, all: rightsOf(grants) }
}

function rightsOf(grants: readonly HeldGrant[]): Rights {
  const routes = grants.map(({ grant }) => grant)
  const ends = grants.flatMap(({ until }) => until ?? [])
  return ends.length === 0 ? { routes } : { routes, until: Math.min(...ends) }
}
