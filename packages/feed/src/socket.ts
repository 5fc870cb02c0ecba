/**
 * What the feed needs of a connection: the seam where a simulation puts its own network. Whoever implements it proves the
 * credentials, checks every frame that comes and seals every frame that goes: what is heard here was said by the issuer.
 */
import type { FeedEncoding } from './codec.ts'
import type { NewHandshake } from './handshake.ts'

export interface ConnectRequest {
  readonly url: string
  readonly subprotocol: string
  /** The first frame that is sent, as of now: a line whose every request is a conversation of its own begins each with it. */
  greeting(): string
  /** Makes the proof of the credentials, a new one for each request. */
  readonly handshake: NewHandshake
  /** The host names this machine: to be reached without asking a name server. */
  readonly loopback: boolean
  /** Larger frames end the connection. */
  readonly maxFrameBytes: number
}

export interface FeedSocket {
  /** How frames are written here, when that is not as asked for. */
  readonly encoding?: FeedEncoding
  /** Text, or MessagePack, as the subprotocol says. */
  send(frame: string | Uint8Array): void
  /** The key that the issuer has wrapped for this session; undefined when it was not that. */
  unwrapKey(kid: string, jwe: string): string | undefined
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
  binary(bytes: Uint8Array): void
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
