/** A place in a status list for a token: Token Status List, section 6.1. */
import {
  type AccessTokenClaims,
  type Clock,
  InputError,
  nowSeconds,
  type StatusClaim,
  StoreUnavailable,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { STATUS_LIST_PLACES } from './status-list-limits.ts'

/** What a token is judged by, kept until it expires; a partition of the store has a list, so that its load is spread with the log's. */
export type StatusPlaces = (claims: AccessTokenClaims, kid: string) => Promise<StatusClaim>

export interface KeptToken {
  readonly claims: AccessTokenClaims
  readonly kid: string
}

export function statusListAddress(issuer: string, list: number): string {
  return `${issuer}/status-lists/${list}`
}

/** @throws StoreUnavailable also when the list is full: a token without its place could never be seen to end */
export function statusPlaces(deps: {
  readonly issuer: string
  readonly statusLists: Pick<Store['statusLists'], 'allocate'>
  readonly clock: Clock
}): StatusPlaces {
  return async (claims, kid) => {
    const { rev, exp } = claims
    // Nothing that a judge does not look at.
    const kept: KeptToken = { claims: { ...claims, scope: '', routes: [] }, kid }
    const now = nowSeconds(deps.clock)
    const facts = JSON.stringify(kept)
    try {
      const place = await deps.statusLists.allocate(rev[0], facts, exp, STATUS_LIST_PLACES, now)
      const uri = statusListAddress(deps.issuer, place.list)
      return { status_list: { idx: place.index, uri } }
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      throw new StoreUnavailable('status list', { cause: error })
    }
  }
}
