/**
 * Messages of the feed, subprotocol `latchkey.feed.v1`: one JSON text frame each. docs/architecture.md has the semantics,
 * docs/protocol/feed.md the examples. Member names are short because every verifier gets every entry.
 *
 * The conversation: the verifier says `hello` and then nothing until `keys` arrives; the issuer sends `keys`, then for every
 * partition a delta (`entries`) or a `snapshot`, and answers in the order it was asked. A frame holds at most
 * `LIMITS.feedFrameBytes` (`routes`: eight times that).
 *
 * What may change without a new subprotocol: new message types and new members; readers skip those that they do not
 * know. A new kind of entry is not skipped, because it ends something: a verifier that cannot read it must not go on.
 */

import type { EndReason } from './end.ts'

export const FEED_SUBPROTOCOL = 'latchkey.feed.v1'
/** The same messages as MessagePack, in binary frames. */
export const FEED_BINARY_SUBPROTOCOL = 'latchkey.feed.v1.bin'
/** What stands in the place of a subprotocol where there is no WebSocket: POST /feed/poll. */
export const FEED_POLL = 'latchkey.feed.v1.poll'

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
  /** Digest over the digest before and this entry: hex, at most 64 characters, chains the log. */
  readonly d: string
  /** Why, one of `END_REASONS`: of `token`, `session` and `user`, so that a page can tell its person. Decides nothing. */
  readonly r?: EndReason
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

/** A verification key of one service. On the wire `jwe` stands in the place of `k`: `FeedSession.wrapKey`. */
export interface FeedKey {
  readonly kid: string
  readonly alg: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  readonly state: KeyState
  /** HS256: the 32 key bytes, base64url. */
  readonly k?: string
  /** Asymmetric: the public key as a JWK. */
  readonly jwk?: Readonly<Record<string, unknown>>
}

/** A verification key on its way to one service. */
export interface WrappedFeedKey extends Omit<FeedKey, 'k'> {
  /** HS256: the key bytes as compact JWE (RFC 7516), `dir` and A256GCM, for this session and this `kid`. */
  readonly jwe?: string
}

/** A route as the service's router knows it. */
export interface RouteDeclaration {
  readonly method: string
  readonly pattern: string
  /** Whether everybody may call it, without a right. Absent: it was declared without a word about that, and is closed. */
  readonly public?: boolean
}

/** First frame of a verifier. Positions are those it has applied; a partition that is not among them needs a snapshot. */
export interface HelloMessage {
  readonly t: 'hello'
  readonly v: 1
  readonly service: string
  /** Made up by the verifier when it starts (22 characters of base64url): the same over all its connections. Receipts name it. */
  readonly instance: string
  readonly positions: readonly FeedPosition[]
  /** Which list of routes it has published: `version` of the last `catalogue` on any of its connections. */
  readonly version?: string
}

/** From now on these keys verify tokens here: the answer to each `keys`. A new key signs only when all have said so. */
export interface HeldKeysMessage {
  readonly t: 'held'
  readonly kids: readonly string[]
}

/**
 * Publishes all routes of the verifier, at most `LIMITS.catalogueRoutes`; sent behind the first `keys` of each connection and
 * again when they change. Answered by `catalogue`.
 */
export interface RoutesMessage {
  readonly t: 'routes'
  /** Counted by the verifier, over all its connections. */
  readonly id: number
  /** It publishes nothing new, and only asks for the catalogue of now: a token speaks about one that it does not know. */
  readonly again?: true
  readonly routes: readonly RouteDeclaration[]
}

/**
 * Cumulative: everything up to this offset has been applied. Sent after every frame that moved the position, and once for
 * each partition with the first lease of a connection, so that a verifier that resumed with nothing new counts too.
 */
export interface AckMessage {
  readonly t: 'ack'
  readonly p: number
  readonly epoch: number
  readonly offset: number
}

/**
 * Asks for a lease; `id` is counted by the verifier, never reused, not even by its next connection, and it notes when it
 * sent it. The issuer is silent when it cannot extend the lease. Sent right behind a `resync` it is the fence: its answer says
 * that everything sent before the resync has arrived.
 */
export interface LeaseRequestMessage {
  readonly t: 'lease?'
  readonly id: number
}

/**
 * The verifier saw a gap, a foreign epoch or a bad frame and asks for its place again: answered as the positions of a
 * `hello` are, by a delta or a snapshot of every partition.
 */
export interface ResyncMessage {
  readonly t: 'resync'
  readonly positions: readonly FeedPosition[]
}

/** A request that a service has refused, as its verifier remembers it: no token, nothing of its address or body. */
export interface RefusedRequest {
  /** Wall-clock second. */
  readonly at: number
  readonly status: number
  /** A stable word: `expired`, `session_ended`, `insufficient_scope`. */
  readonly reason: string
  readonly method: string
  /** As the router of the service knows it. */
  readonly route?: string
  /** What the token said of itself, whether that was proven or not. */
  readonly jti?: string
  readonly sub?: string
  readonly sid?: string
  /** Where the verifier was, and for how long its lease was good. */
  readonly positions: readonly Omit<FeedPosition, 'digest'>[]
  readonly leaseMs: number
}

/** Answer to `refused?`: the newest first, at most `LIMITS.refusedAnswers`; none when it remembers no such request. */
export interface RefusedMessage {
  readonly t: 'refused'
  readonly id: number
  readonly refused: readonly RefusedRequest[]
}

export type VerifierMessage =
  | HelloMessage
  | HeldKeysMessage
  | RoutesMessage
  | AckMessage
  | LeaseRequestMessage
  | ResyncMessage
  | RefusedMessage

/** Replaces all keys of the verifier. First frame of the issuer, and again whenever they change. */
export interface KeysMessage {
  readonly t: 'keys'
  readonly keys: readonly WrappedFeedKey[]
}

/**
 * Replaces the replica of one partition. Long ones come in parts with the same position, nothing else of that partition between
 * them; only the last (`more: false`) makes it valid. Entries that cannot match any more may be left out. A verifier
 * never goes back: it ignores a snapshot that is older than what it has applied, unless the digests prove that the log is
 * another one.
 */
export interface SnapshotMessage {
  readonly t: 'snapshot'
  readonly position: FeedPosition
  readonly entries: readonly LogEntry[]
  readonly first: boolean
  readonly more: boolean
}

/**
 * Entries of one partition with consecutive offsets; the first one follows the verifier's position or repeats what it has.
 * Applied as a whole or not at all. A delta is the same message.
 */
export interface EntriesMessage {
  readonly t: 'entries'
  readonly epoch: number
  readonly entries: readonly LogEntry[]
}

/**
 * Answer to `lease?`. The lease ends at (time the request was sent) - ageMs + ttlMs, on the verifier's monotonic clock,
 * provided that the verifier has applied everything up to `positions`.
 */
export interface LeaseMessage {
  readonly t: 'lease'
  readonly id: number
  /**
   * Where the logs ended as of that confirmed write, all partitions, all delivered to this verifier before this frame. Absent: as in
   * the lease before it on this connection, which an idle feed repeats every T/5.
   */
  readonly positions?: readonly FeedPosition[]
  /** Since the confirmed write was begun; fractions are welcome. */
  readonly ageMs: number
  /** T, at most `LIMITS.leaseMaxMs`. */
  readonly ttlMs: number
}

/** Answer to `routes`; also sent unasked when the catalogue of the service has grown, with the id of the last answer. */
export interface CatalogueMessage {
  readonly t: 'catalogue'
  /** Of the `routes` that it answers. */
  readonly id: number
  /** Names the list of routes that was published. */
  readonly version: string
  /** Permanent numbers of the routes that were published, in their order. */
  readonly numbers: readonly number[]
  /**
   * Length and hash of the latest states of the whole catalogue, oldest first: what a bitmap may speak about. Each is a
   * beginning of the next one.
   */
  readonly heads: readonly CatalogueHeadTuple[]
  /** The directory is away: this is how it was when the same list was published last. There may be later heads. */
  readonly old?: true
}

export type CatalogueHeadTuple = readonly [length: number, hash: string]

/**
 * The issuer is about to close; `retry` false means that trying again is pointless (wrong service, disabled). A close with
 * code 1008 (RFC 6455 section 7.4.1) or an upgrade answered 401 or 403 says the same.
 */
export interface ByeMessage {
  readonly t: 'bye'
  readonly reason: string
  readonly retry: boolean
}

/** Asks which requests of this id the service has refused, for an administrator. One who does not know it is silent. */
export interface RefusedQuestionMessage {
  readonly t: 'refused?'
  readonly id: number
  readonly request: string
}

export type IssuerMessage =
  | KeysMessage
  | SnapshotMessage
  | EntriesMessage
  | LeaseMessage
  | CatalogueMessage
  | ByeMessage
  | RefusedQuestionMessage
