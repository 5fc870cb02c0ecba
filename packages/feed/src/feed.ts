/** What a verifier sees of a feed, whether it comes over the network or from the same process. */
import type {
  CatalogueHeadTuple,
  FeedKey,
  FeedPosition,
  LogEntry,
  RefusedRequest,
  RouteDeclaration,
} from '@latchkey/protocol'
import type { Lease } from './lease.ts'
import type { RevocationReplica } from './replica.ts'

export interface Feed {
  readonly replica: Pick<RevocationReplica, 'version' | 'size' | 'covers' | 'judge' | 'positions'>
  readonly lease: Lease
  /** The keys that verify tokens for this service now. */
  keys(): readonly FeedKey[]
  /** Tells about changes from now on, after they have been applied. Returns the function that stops it. */
  subscribe(listener: FeedListener): () => void
  /** Replaces the routes. Sent to the issuer now, and again after each reconnect. Returns the number of the question. */
  publishRoutes(routes: readonly RouteDeclaration[]): number
  /** Asks what the catalogue of the service is now. Returns the number of the question: an answer with that one or a later one is newer. */
  askCatalogue(): number
  /** Who answers the issuer's questions about refused requests from now on. */
  answerRefused(find: FindRefused): void
  status(): FeedStatus
  /** Resolves when no socket and no timer is left. The replica and the lease stay as they are. */
  close(): Promise<void>
}

/** The refused requests of an id that are remembered. */
export type FindRefused = (request: string) => readonly RefusedRequest[]

export interface FeedListener {
  keys?(keys: readonly FeedKey[]): void
  /** These entries were applied just now, in the order of the log; some may concern nobody here. */
  applied?(entries: readonly LogEntry[]): void
  /** A partition was replaced: whatever was judged by it may be judged otherwise now. */
  replaced?(): void
  /** The lease was granted or renewed, and is good at this moment. */
  leased?(): void
  /** The issuer has told what the numbers in bitmaps mean. */
  catalogue?(numbering: Numbering): void
}

/** What the numbers of routes mean: packages/permissions/README.md. */
export interface Numbering {
  /** The latest question that this answers; 0 when it was true before, and may have changed since. */
  readonly answers: number
  /** Permanent numbers of the routes that were published last, in their order. */
  readonly numbers: readonly number[]
  /** Length and hash of the states of the whole catalogue that tokens may speak about, oldest first. */
  readonly heads: readonly CatalogueHeadTuple[]
}

export interface FeedStatus {
  /** Connected, and the issuer has accepted the credentials. */
  readonly connected: boolean
  readonly positions: readonly FeedPosition[]
  /** How often a connection was made after the first. */
  readonly reconnects: number
  /** Why the last connection or attempt ended; undefined before that. Fit to be shown. */
  readonly lastFailure: string | undefined
}

export interface FeedLog {
  info(facts: Record<string, unknown>, message: string): void
  warn(facts: Record<string, unknown>, message: string): void
}
