import type { SessionRecord } from './sessions.ts'

/** One app that must hear of the end of one session: Back-Channel Logout 1.0, kept until it is told or it is too late. */
export interface Delivery {
  readonly id: string
  readonly sid: string
  readonly sub: string
  readonly clientId: string
  readonly createdAt: number
  /** When trying ends: no access token of the session lives longer. */
  readonly expiresAt: number
  readonly attempts: number
  readonly state: 'waiting' | 'delivered' | 'failed'
  /** Second of the next attempt; of a waiting one. */
  readonly nextAt: number
  /** Status or error code of the last attempt, such as `500` or `ECONNREFUSED`; '' before the first. */
  readonly lastOutcome: string
  /** Second when it was delivered or given up; 0 while waiting. */
  readonly settledAt: number
}

export interface OutboxStore {
  /**
   * Adds one waiting delivery for each client of an ended session. Done by the store itself, in the same step, where it ends a
   * session that it knows (`log.end` of a session, a reused refresh token); the caller does it for the sessions of a user.
   * Doing it twice adds nothing.
   */
  add(session: SessionRecord, expiresAt: number, now: number): Promise<void>
  /** Deliveries that are due, each given to one caller for `leaseSeconds`: a process that dies in between loses none. */
  claim(limit: number, leaseSeconds: number, now: number): Promise<Delivery[]>
  settle(
    id: string,
    outcome:
      | { readonly kind: 'delivered'; readonly outcome: string }
      | { readonly kind: 'retry'; readonly outcome: string; readonly nextAt: number }
      | { readonly kind: 'failed'; readonly outcome: string },
    now: number,
  ): Promise<void>
  /** Of one session, by client id: for the page after signing out. Kept for an hour after they are settled. */
  ofSession(sid: string): Promise<Delivery[]>
  /** Newest first, at most `limit`: for the admin. */
  list(limit: number): Promise<Delivery[]>
}
