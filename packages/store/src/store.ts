import type { EndReason, EndTarget, LogEntry, Position } from '@latchkey/protocol'

/**
 * What the issuer keeps in Redis or SQLite. Every method that finds the engine down, hanging or too slow throws
 * `StoreUnavailable` within the engine's time limit (default 400 ms) and has then changed nothing that it reports; nor
 * does a hanging engine carry it out later.
 * All times are whole seconds since 1970 and come from the caller's clock.
 */
export interface Store {
  readonly kind: 'redis' | 'sqlite'
  readonly partitions: number
  readonly sessions: SessionStore
  readonly codes: CodeStore
  readonly families: FamilyStore
  readonly log: RevocationLog
  readonly oneTime: OneTimeStore
  /** Resolves when the engine answers a write; throws StoreUnavailable otherwise. */
  ping(): Promise<void>
  close(): Promise<void>
}

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
  /** Shown to the person and the admin, cut to 200 characters. */
  readonly userAgent: string
  readonly rev: Position
}

export type NewSession = Omit<SessionRecord, 'clients'>

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
   * Same person signed in again in the same browser: new cookie secret, new authTime, acr and amr, in one step.
   * False when the session is not alive.
   */
  renew(
    sid: string,
    change: Pick<SessionRecord, 'handleHash' | 'authTime' | 'acr' | 'amr' | 'idleExpiresAt'>,
    now: number,
  ): Promise<boolean>
  /** Slides the idle end forward (capped by the absolute end). False when the session is not alive. */
  touch(sid: string, idleExpiresAt: number, now: number): Promise<boolean>
  /** Notes a client that received tokens of this session, once. False when the session is not alive. */
  noteClient(sid: string, clientId: string, now: number): Promise<boolean>
  /** Living sessions of a user, newest first, at most `limit`. */
  listByUser(sub: string, limit: number, now: number): Promise<SessionRecord[]>
}

/** What an authorization code stands for. Bound at creation, compared at redemption by the token endpoint. */
export interface CodeRecord {
  readonly clientId: string
  readonly redirectUri: string
  readonly sid: string
  readonly sub: string
  readonly scope: string
  /** Audience of the access token. */
  readonly audience: string
  readonly nonce?: string
  /** S256 challenge, or absent when the client may do without PKCE and did. */
  readonly codeChallenge?: string
  readonly authTime: number
  readonly acr: string
  readonly amr: readonly string[]
  readonly expiresAt: number
}

export type CodeOutcome =
  | { readonly kind: 'redeemed'; readonly record: CodeRecord; readonly rev: Position }
  /** It was redeemed before: the caller ends the session (RFC 6749 section 4.1.2). Known until the code would have expired + 1 h. */
  | { readonly kind: 'replayed'; readonly record: CodeRecord }
  /** Never issued, or expired unredeemed. */
  | { readonly kind: 'unknown' }

export interface CodeStore {
  /** Keeps the code under a digest of its text; expires by itself. */
  save(code: string, record: CodeRecord, now: number): Promise<void>
  /**
   * At most one caller ever gets `redeemed`, even of 50 at once, and only when `clientId` is the code's own; another
   * client gets `unknown` and the code stays redeemable. `rev` is read in the same step, before anything else is read.
   */
  redeem(code: string, clientId: string, now: number): Promise<CodeOutcome>
}

/** A chain of refresh tokens of one session at one client. The id contains the session's: `<sid>~<8 base64url>`. */
export interface FamilyRecord {
  readonly familyId: string
  readonly sid: string
  readonly sub: string
  readonly clientId: string
  readonly scope: string
  readonly audience: string
  /** Generation that may be redeemed now; counts from 1. */
  readonly generation: number
  /** When `generation` replaced the one before it. */
  readonly rotatedAt: number
  /** Moves with every refresh, never past `absoluteExpiresAt`. */
  readonly idleExpiresAt: number
  readonly absoluteExpiresAt: number
  /** Nonce-free facts of the sign-in that refreshed ID tokens repeat. */
  readonly authTime: number
  readonly acr: string
  readonly amr: readonly string[]
}

export interface Redemption {
  readonly familyId: string
  /** As read from the token, whose MAC the caller has checked. */
  readonly generation: number
  readonly clientId: string
  readonly graceSeconds: number
  /** New idle end if this succeeds (capped by the absolute end). */
  readonly idleExpiresAt: number
  readonly now: number
  /** Second until which the entry must be kept if this turns out to be reuse. */
  readonly entryExpiresAt: number
}

export type RedeemOutcome =
  /** `family.generation` is the successor to give out. */
  | { readonly kind: 'rotated'; readonly family: FamilyRecord; readonly rev: Position }
  /** Same client, generation just replaced, inside the grace window: the same successor once more. */
  | { readonly kind: 'replayed'; readonly family: FamilyRecord; readonly rev: Position }
  /** Older or too late: the whole session has been ended and `entry` appended, in this same step. */
  | {
      readonly kind: 'reused'
      readonly family: FamilyRecord
      readonly entry: LogEntry
      /** Epoch that the entry's offset belongs to. */
      readonly epoch: number
      /** The record that was ended, so that its clients can be told. */
      readonly session: SessionRecord
    }
  /** Session or family unknown, expired, ended or cut off. */
  | { readonly kind: 'dead' }
  /** The family belongs to another client; nothing changed. */
  | { readonly kind: 'foreign' }

export interface FamilyStore {
  /**
   * Starts a family in a living session, notes the client in the session and slides the session's idle end to the
   * family's. False when the session is not alive. `rev` is the position that was read before its client was looked at: an
   * end of the client behind it ends the family. Of more than 64 families the one rotated longest ago goes. Throws
   * InputError `family-id` when the id is not one of its session.
   */
  create(family: FamilyRecord, rev: Position, now: number): Promise<boolean>
  /**
   * One atomic step with the outcomes of DESIGN section 6. Of 50 redemptions at once exactly one is `rotated`, the
   * rest `replayed` with the same successor. A generation newer than the record proves that the store lost writes: it
   * is accepted and the record moves forward. Ends of the user, the client or everybody since the session's (for the
   * client: the family's) birth make it `dead`. A rotation slides the session's idle end, too: refreshing is using.
   */
  redeem(redemption: Redemption): Promise<RedeemOutcome>
  /** The record without redeeming, and the log position, both read in one step; undefined when dead. */
  peek(familyId: string, now: number): Promise<{ family: FamilyRecord; rev: Position } | undefined>
}

export interface EndOutcome {
  /** One per partition that it was appended to; empty when the target was already dead (session unknown). */
  readonly entries: readonly LogEntry[]
  /** Of the first entry's partition; 0 when nothing is known about the target. */
  readonly epoch: number
  /** session: the record that was ended, so that its clients can be told. */
  readonly session?: SessionRecord
}

export interface RevocationLog {
  /** Where the log of a partition ends. Creates the log (a new epoch) when there is none. */
  head(partition: number): Promise<LogHead>
  /**
   * The one way to end something: the state change (session and its families deleted, or a cut that makes everything
   * older dead at redemption) and the entries, in one atomic step per partition.
   * `session` of an unknown sid appends nothing. Everybody's entries (client, service, key, all, stale about an
   * audience) go to every partition.
   */
  end(
    target: EndTarget,
    facts: { reason: EndReason; now: number; entryExpiresAt: number },
  ): Promise<EndOutcome>
  /** Entries after an offset in order, at most `limit`; `complete` false when the log no longer reaches back that far. */
  read(partition: number, afterOffset: number, limit: number): Promise<LogSlice>
  /**
   * One write that proves that the store takes writes, answered with the head as of that write. Leases rest on it. It
   * also starts a new epoch when the log is behind what this process has seen of it, or differs there.
   */
  heartbeat(partition: number): Promise<LogHead>
  /**
   * Calls back soon after entries appear, whoever appended them (this process or another). A hint, not a promise:
   * the listener reads from its own offset. Returns the function that stops it.
   */
  watch(listener: (partition: number) => void): () => void
  /**
   * Drops entries whose `x` has passed, in order: one behind a living entry waits for it. Returns how many went. Also
   * clears away what else has expired. Called now and then, for example every minute.
   */
  trim(partition: number, now: number): Promise<number>
}

export interface LogHead {
  readonly position: Position
  /** Digest of the newest entry; '' while the log is empty. */
  readonly digest: string
}

export interface LogSlice {
  readonly epoch: number
  readonly entries: readonly LogEntry[]
  /** False: entries between `afterOffset` and the first one here are gone; start from a snapshot. */
  readonly complete: boolean
}

export interface OneTimeStore {
  /** First caller within the time gets true, everybody else false: jti of logout tokens and assertions. */
  claim(purpose: string, key: string, ttlSeconds: number, now: number): Promise<boolean>
  /** Keeps a value that can be taken once: WebSocket tickets, interactions. */
  put(purpose: string, key: string, value: string, ttlSeconds: number, now: number): Promise<void>
  /** The value, exactly once; undefined afterwards, when unknown or expired. */
  take(purpose: string, key: string, now: number): Promise<string | undefined>
}
