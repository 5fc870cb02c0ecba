import type { Position } from '@latchkey/protocol'

/**
 * One sign-in of one user. `rev` is the log position that was read before the person was checked: an end that comes after
 * it ends the session, also one that came while a password was being compared.
 */
export interface SessionRecord {
  readonly sid: string
  readonly sub: string
  /** SHA-256 (base64url) of the secret half of the browser's cookie. */
  readonly handleHash: string
  readonly authTime: number
  readonly acr: string
  readonly amr: readonly string[]
  readonly createdAt: number
  /** Moves with use, never past `absoluteExpiresAt`. */
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** Clients that received tokens of this session: whom a logout concerns. */
  readonly clients: readonly string[]
  /** By client: claims that /userinfo gives it besides those of its scopes (Core section 5.5). Most have none. */
  readonly userinfoClaims: Readonly<Record<string, readonly string[]>>
  /** Shown to the person and the admin, cut to 200 characters. */
  readonly userAgent: string
  readonly rev: Position
}

export type NewSession = Omit<SessionRecord, 'clients' | 'userinfoClaims'>

export interface SessionStore {
  /**
   * Creates the session and adds it to its user's list, in one step. Dead at once when an end stands behind its `rev`.
   * Throws InputError `session-partition` (id and `rev` must name the partition of `sub`) and `session-lifetime` (longer
   * than the store was opened for): ends could miss such a session.
   */
  create(session: NewSession, now: number): Promise<void>
  /**
   * The living session and the log position, both read in one step (the position is at most as new as the session),
   * or undefined: unknown, expired (idle or absolute), ended, or cut off by an end of its user or of all.
   */
  find(sid: string, now: number): Promise<{ session: SessionRecord; rev: Position } | undefined>
  /**
   * Same person signed in again in the same browser: new cookie secret, new authTime, acr and amr, in one step. The idle end moves
   * forward only: no token outlives it.
   * False when the session is not alive.
   */
  renew(
    sid: string,
    change: Pick<SessionRecord, 'handleHash' | 'authTime' | 'acr' | 'amr' | 'idleExpiresAt'>,
    now: number,
  ): Promise<boolean>
  /** Slides the idle end forward (capped by the absolute end). False when the session is not alive. */
  touch(sid: string, idleExpiresAt: number, now: number): Promise<boolean>
  /**
   * Notes a client that received tokens of this session, once, and what /userinfo gives it besides its scopes (replaces what
   * was noted before). False when the session is not alive.
   */
  noteClient(
    sid: string,
    clientId: string,
    userinfoClaims: readonly string[],
    now: number,
  ): Promise<boolean>
  /**
   * All living sessions, page by page, for bulk ends and their previews: begin with `cursor` ''; the last page gives ''. A session that
   * lives throughout comes at least once, and may come twice; one that begins meanwhile may be missed. A page holds about `limit`
   * of them, or fewer, or none. Throws InputError `session-cursor` for a text that was no cursor.
   */
  scan(
    cursor: string,
    limit: number,
    now: number,
  ): Promise<{ readonly sessions: readonly SessionRecord[]; readonly cursor: string }>
  /** Living sessions of a user, newest first, at most `limit`. */
  listByUser(sub: string, limit: number, now: number): Promise<SessionRecord[]>
}
