import type { Connect, FeedEncoding, FeedTransport } from '@latchkey/feed'
import type {
  AccessTokenClaims,
  Clock,
  EndReason,
  Random,
  RouteDeclaration,
  Scheduler,
} from '@latchkey/protocol'
import type { TokenFault } from '@latchkey/tokens'
import type { Refused } from './refused-memory.ts'

export interface VerifierOptions {
  /** The public identity: exactly the `iss` of the tokens. */
  issuer: string
  /** Where the issuer is reached from here, when that differs, for example `http://127.0.0.1:4000`. */
  issuerAddress?: string
  /** The audience of this service: exactly the `aud` of the tokens it accepts. */
  service: string
  /** Client credentials that open this service's feed. */
  credentials: { clientId: string; clientSecret: string }
  /** How many verified tokens are remembered. Default 20,000 (about 30 MB). 0 switches the cache off. */
  cacheTokens?: number
  /** How many refused requests are remembered, for questions about their ids. Default 500 (at most 2 MB). 0: none. */
  rememberRefused?: number
  /** Seconds that clocks may differ, at most 60. Default 5. Never lets a token live longer. */
  clockSkewSeconds?: number
  /** How long the first lease may take before `createVerifier` fails. Default 10,000 ms; it goes on trying until then. */
  startTimeoutMs?: number
  /** What carries the feed: see `FeedClientOptions` of @latchkey/feed. Default `auto`. */
  transport?: FeedTransport
  /** How its frames are written on a WebSocket. Default `text`. */
  encoding?: FeedEncoding
  clock?: Clock
  random?: Random
  /** For simulations: where waiting comes from, and how to connect. Default: timers and WebSocket. */
  scheduler?: Scheduler
  connect?: Connect
  /** Told about connection changes, resyncs and refused frames; never given a token or a key. */
  log?: VerifierLog
}

export interface VerifierLog {
  info(facts: Record<string, unknown>, message: string): void
  warn(facts: Record<string, unknown>, message: string): void
}

/**
 * Why `verify` said no, besides the faults of the token itself. `ended` kinds come from the revocation log, `stale` is a
 * permission change or a catalogue that is no more (a refresh helps at once), `ahead` means that this verifier is behind the
 * token (waiting helps).
 */
export type RefusalReason =
  | TokenFault
  | 'token_ended'
  | 'session_ended'
  | 'user_ended'
  | 'client_ended'
  | 'service_ended'
  | 'key_ended'
  | 'all_ended'
  | 'stale'
  | 'ahead'

export type Verification =
  | { readonly kind: 'valid'; readonly claims: AccessTokenClaims }
  /** Valid for whoever holds the key that it is bound to (`claims.cnf`): `possessionCheck` says whether the caller does. */
  | { readonly kind: 'bound'; readonly claims: AccessTokenClaims }
  /** 401 `invalid_token`. */
  | { readonly kind: 'invalid'; readonly reason: RefusalReason }
  /** No lease: 503 with Retry-After, never 401 (docs/architecture.md). */
  | { readonly kind: 'stale'; readonly retryAfterSeconds: number }

export interface Verifier {
  readonly issuer: string
  readonly service: string
  /**
   * Decides from memory: no I/O, no await. `toleranceSeconds` lets a route go on for so long after the lease ended.
   */
  verify(token: string, toleranceSeconds?: number): Verification
  /**
   * As `verify`, but waits up to 50 ms for the feed when the token is ahead of this verifier, and says `stale` when it still is:
   * never `ahead`.
   */
  verifyCurrent(token: string, toleranceSeconds?: number): Promise<Verification>
  /**
   * May this caller call this route? The route is the router's pattern, never the URL text. Once a catalogue has been published,
   * a route outside it is closed to everybody. The claims must come from `verify`: they are believed as they are.
   */
  may(claims: AccessTokenClaims, method: string, route: string): boolean
  /**
   * Whether `may` said no only because the route is newer than the token, which speaks in numbers (packages/permissions/README.md): refuse it
   * as `stale`, so that the client gets one that knows the route.
   */
  isOlderThanRoute(claims: AccessTokenClaims, method: string, route: string): boolean
  /** Publishes the route catalogue; repeated by itself after each reconnect. Throws `InputError` when it is too large. */
  publishRoutes(routes: readonly RouteDeclaration[]): void
  /**
   * Calls back once, as soon as these claims stop being acceptable: ended, stale or expired; at once, before it returns, when
   * they already are. Returns the function that stops watching. For sockets and other things that outlive a request. A lost
   * lease is no end: whoever must stop with it asks `verify` again before each message. `why` says what ended a token, a session or
   * a person, where the entry tells: for people to read, never to decide by.
   */
  watch(
    claims: AccessTokenClaims,
    onEnd: (reason: RefusalReason, why?: EndReason) => void,
  ): () => void
  /**
   * Remembers a request that was refused, for an administrator who asks the issuer about its id (docs/operate/explain.md). What proves
   * the token is not kept.
   */
  noteRefused(refused: Refused): void
  status(): VerifierStatus
  /** Resolves when it no longer holds a socket or timer. What it knows is believed until the lease ends; watchers hear nothing more. */
  close(): Promise<void>
}

export interface VerifierStatus {
  readonly connected: boolean
  /** The lease is good for so many ms; 0: closed. */
  readonly leaseMs: number
  readonly positions: readonly { partition: number; epoch: number; offset: number }[]
  readonly keys: readonly { kid: string; alg: string; state: string }[]
  /** Things that the replica remembers as ended. */
  readonly entries: number
  readonly cachedTokens: number
  /** How often the connection was made again. */
  readonly reconnects: number
}
