/** The part of a WebSocket that the feed needs: the seam where a simulation puts its own network. */

export interface ConnectRequest {
  readonly url: string
  readonly subprotocol: string
  /** Value of the Authorization header. */
  readonly authorization: string
  /** The host names this machine: to be reached without asking a name server. */
  readonly loopback: boolean
  /** Larger frames end the connection. */
  readonly maxFrameBytes: number
}

export interface FeedSocket {
  send(text: string): void
  /** Asks the other side for a sign of life. */
  ping(): void
  /** Says goodbye with a code of RFC 6455 section 7.4. `closed` follows. */
  close(code: number): void
  /** Cuts the line without a word. `closed` follows. */
  terminate(): void
}

export interface SocketEvents {
  opened(): void
  text(text: string): void
  /** A frame that is no text. */
  binary(): void
  /** A sign of life that is no frame. */
  alive(): void
  /** Exactly once, and nothing after it. */
  closed(facts: SocketClosed): void
}

export interface SocketClosed {
  readonly reason: string
  /** HTTP status, when the upgrade was refused. */
  readonly status?: number
  /** Close code of RFC 6455 section 7.4, when the other side said goodbye. */
  readonly code?: number
}

/** Begins to connect. Calls no event before it has returned. */
export type Connect = (request: ConnectRequest, events: SocketEvents) => FeedSocket
