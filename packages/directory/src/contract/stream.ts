/** Streams of security events as the directory keeps them: OpenID Shared Signals Framework 1.0 section 8.1.1. */

export type StreamStatus = 'enabled' | 'paused' | 'disabled'

/** Push: RFC 8935, to the receiver. Poll: RFC 8936, at the issuer. */
export type StreamDelivery =
  | {
      readonly method: 'push'
      readonly endpoint: string
      /** Sent as it is; kept sealed. */
      readonly authorizationHeader?: string
    }
  | { readonly method: 'poll' }

export interface Stream {
  readonly id: string
  readonly clientId: string
  readonly status: StreamStatus
  /** Why it has this status, in the words of who changed it; '' when nobody said. */
  readonly statusReason: string
  readonly delivery: StreamDelivery
  /** Event types, as asked for: known ones and others. */
  readonly eventsRequested: readonly string[]
  readonly description?: string
  readonly createdAt: number
  readonly updatedAt: number
}

export type StreamMembers = Pick<Stream, 'delivery' | 'eventsRequested' | 'description'>

export interface Streams {
  /** A client has one. Throws InputError `stream-taken`, `stream-endpoint`, `stream-events` and others. */
  create(stream: Pick<Stream, 'id' | 'clientId'> & StreamMembers): Promise<Stream>
  find(id: string): Promise<Stream | undefined>
  /** What another process has changed within the last 20 ms may be missing. */
  list(): Promise<Stream[]>
  /** Replaces what the receiver chose; undefined when there is none. */
  replace(id: string, members: StreamMembers): Promise<Stream | undefined>
  /** Undefined when there is none. */
  setStatus(id: string, status: StreamStatus, reason: string): Promise<Stream | undefined>
  /** With everything that belongs to it. False when there is none. */
  remove(id: string): Promise<boolean>
  /**
   * The receiver wants to hear nothing of this subject (canonical text of the caller); `include` takes that back. Throws InputError
   * `stream-subjects` when it would be one too many.
   */
  exclude(id: string, subject: string): Promise<void>
  include(id: string, subject: string): Promise<void>
  /** Whether one of the subjects is excluded. */
  excludes(id: string, subjects: readonly string[]): Promise<boolean>
  /** The person has signed in at the client: from now on signals about them concern it. */
  acquaint(clientId: string, sub: string): Promise<void>
  isAcquainted(clientId: string, sub: string): Promise<boolean>
  /** Nobody asks for the person any more. */
  forget(sub: string): Promise<void>
}
