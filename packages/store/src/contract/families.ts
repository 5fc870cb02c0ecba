import type { ClaimsRequest, Position, RoutesDetail } from '@latchkey/protocol'
import type { LoggedEntry } from './revocation-log.ts'
import type { SessionRecord } from './sessions.ts'

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
  readonly claims?: ClaimsRequest
  readonly details?: readonly RoutesDetail[]
  /** Thumbprint of the key that every redemption must prove (RFC 9449 section 5); of public clients with DPoP. */
  readonly dpopJkt?: string
}

export interface Redemption {
  readonly familyId: string
  /** As read from the token, whose MAC the caller has checked. */
  readonly generation: number
  readonly clientId: string
  readonly graceSeconds: number
  /** New idle end if this succeeds (capped by the absolute end). */
  readonly idleExpiresAt: number
  /** Thumbprint of the proven key. A family with another one gives `key_differs` and changes nothing. */
  readonly dpopJkt?: string
  readonly now: number
  /** Second until which the entry must be kept if this turns out to be reuse. */
  readonly entryExpiresAt: number
}

export type RedeemOutcome =
  /** `family.generation` is the successor to give out. */
  | {
      readonly kind: 'rotated'
      readonly family: FamilyRecord
      readonly rev: Position
      /** `rotatedAt` before this redemption, for `restore`. */
      readonly rotatedBefore: number
    }
  /** Same client, generation just replaced, inside the grace window: the same successor once more. */
  | { readonly kind: 'replayed'; readonly family: FamilyRecord; readonly rev: Position }
  /** Older or too late: the whole session has been ended and `entry` appended, in this same step. */
  | {
      readonly kind: 'reused'
      readonly family: FamilyRecord
      readonly entry: LoggedEntry
      /** Epoch that the entry's offset belongs to. */
      readonly epoch: number
      /** The record that was ended, so that its clients can be told. */
      readonly session: SessionRecord
    }
  /** Session or family unknown, expired, ended or cut off. */
  | { readonly kind: 'dead' }
  /** The family belongs to another client; nothing changed. */
  | { readonly kind: 'foreign' }
  /** The family is bound to a key that was not proven; nothing changed. */
  | { readonly kind: 'key_differs' }

export interface FamilyStore {
  /**
   * Starts a family in a living session, notes the client in the session (with the names of `claims.userinfo`) and slides
   * the session's idle end to the family's. False when the session is not alive. `rev` is the position that was read before its client was looked at: an
   * end of the client behind it ends the family. Of more than 64 families, or 8 of one client, the one rotated longest
   * ago goes. Throws
   * InputError `family-id` when the id is not one of its session.
   */
  create(family: FamilyRecord, rev: Position, now: number): Promise<boolean>
  /**
   * One atomic step. Of 50 redemptions at once exactly one is `rotated`, the
   * rest `replayed` with the same successor. A generation newer than the record proves that the store lost writes: it
   * is accepted and the record moves forward. Ends of the user, the client or everybody since the session's (for the
   * client: the family's) birth make it `dead`. A rotation slides the session's idle end, too: refreshing is using.
   */
  redeem(redemption: Redemption): Promise<RedeemOutcome>
  /**
   * Takes a redemption back whose answer could not be made (SQL away, a wrong parameter), so that the client may simply try
   * again: when the record is still at `generation`, it returns to the one before. Otherwise nothing changes.
   */
  restore(
    familyId: string,
    redeemed: { readonly generation: number; readonly rotatedBefore: number },
    now: number,
  ): Promise<void>
  /** The living ones of a session, the one rotated last first; none of one that is not alive. For administrators: nothing is decided by it. */
  list(sid: string, now: number): Promise<FamilyRecord[]>
  /** The record without redeeming, and the log position, both read in one step; undefined when dead. */
  peek(familyId: string, now: number): Promise<{ family: FamilyRecord; rev: Position } | undefined>
}
