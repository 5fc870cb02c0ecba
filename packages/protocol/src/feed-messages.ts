/**
 * Messages of the feed, subprotocol `latchkey.feed.v1`: one JSON text frame each. DESIGN section 5 has the semantics,
 * docs/protocol/feed.md the examples. Member names are short because every verifier gets every entry.
 */

export const FEED_SUBPROTOCOL = 'latchkey.feed.v1'

/**
 * What an entry matches. `none` stands for an entry that does not concern this audience: it keeps offsets consecutive
 * and says nothing.
 */
export type EntryKind =
  | 'token'
  | 'session'
  | 'user'
  | 'client'
  | 'service'
  | 'key'
  | 'stale'
  | 'all'
  | 'none'

/** One line of the revocation log. */
export interface LogEntry {
  /** Partition. */
  readonly p: number
  /** Offset: consecutive within an epoch. */
  readonly o: number
  readonly k: EntryKind
  /** jti, sid, sub, client_id, aud, kid, or sub or aud for `stale`; '' for `all` and `none`. */
  readonly v: string
  /** Wall-clock second after which no living token can match, so that the entry may be dropped. */
  readonly x: number
  /** Digest over the digest before and this entry: hex, chains the log. */
  readonly d: string
}

/** A verifier's place in the log of one partition. */
export interface FeedPosition {
  readonly p: number
  readonly epoch: number
  readonly offset: number
  /** Digest of the entry at `offset`; '' at offset 0. */
  readonly digest: string
}

export type KeyState = 'pending' | 'active' | 'retiring'

/** A verification key on its way to one service. `k` only for HS256 and only to that service. */
export interface FeedKey {
  readonly kid: string
  readonly alg: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  readonly state: KeyState
  /** HS256: the 32 key bytes, base64url. */
  readonly k?: string
  /** Asymmetric: the public key as a JWK. */
  readonly jwk?: Readonly<Record<string, unknown>>
}

/** A route as the service's router knows it. */
export interface RouteDeclaration {
  readonly method: string
  readonly pattern: string
}

/** First frame of a verifier. Positions are those it has applied; none at the first start. */
export interface HelloMessage {
  readonly t: 'hello'
  readonly v: 1
  readonly service: string
  readonly positions: readonly FeedPosition[]
}

/** Publishes the route catalogue; may be sent again when routes change. Answered by `catalogue`. */
export interface RoutesMessage {
  readonly t: 'routes'
  readonly routes: readonly RouteDeclaration[]
}

/** Cumulative: everything up to these offsets has been applied. */
export interface AckMessage {
  readonly t: 'ack'
  readonly p: number
  readonly epoch: number
  readonly offset: number
}

/** Asks for a lease; `id` is counted by the verifier, which notes when it sent it. */
export interface LeaseRequestMessage {
  readonly t: 'lease?'
  readonly id: number
}

/** The verifier saw a gap, a foreign epoch or a bad frame and asks for its place again. */
export interface ResyncMessage {
  readonly t: 'resync'
  readonly positions: readonly FeedPosition[]
}

export type VerifierMessage =
  | HelloMessage
  | RoutesMessage
  | AckMessage
  | LeaseRequestMessage
  | ResyncMessage

/** Replaces all keys of the verifier. */
export interface KeysMessage {
  readonly t: 'keys'
  readonly keys: readonly FeedKey[]
}

/** Replaces the replica of one partition. Long ones come in parts; only the last (`more: false`) makes it valid. */
export interface SnapshotMessage {
  readonly t: 'snapshot'
  readonly position: FeedPosition
  readonly entries: readonly LogEntry[]
  readonly first: boolean
  readonly more: boolean
}

/** Entries with consecutive offsets; the first one follows the verifier's position. A delta is the same message. */
export interface EntriesMessage {
  readonly t: 'entries'
  readonly epoch: number
  readonly entries: readonly LogEntry[]
}

/** Answer to `lease?`. The lease ends at (time the request was sent) - ageMs + ttlMs, on the verifier's monotonic clock. */
export interface LeaseMessage {
  readonly t: 'lease'
  readonly id: number
  /** What the issuer had delivered to this verifier and confirmed with the store. */
  readonly positions: readonly FeedPosition[]
  readonly ageMs: number
  readonly ttlMs: number
}

/** Answer to `routes`. */
export interface CatalogueMessage {
  readonly t: 'catalogue'
  readonly hash: string
  readonly routes: number
}

/** The issuer is about to close; `retry` false means that trying again is pointless (wrong service, disabled). */
export interface ByeMessage {
  readonly t: 'bye'
  readonly reason: string
  readonly retry: boolean
}

export type IssuerMessage =
  | KeysMessage
  | SnapshotMessage
  | EntriesMessage
  | LeaseMessage
  | CatalogueMessage
  | ByeMessage
