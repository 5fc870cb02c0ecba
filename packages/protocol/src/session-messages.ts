/**
 * What a page hears about its session, subprotocol `latchkey.session.v1`: JSON text frames from the issuer to the page, none the
 * other way. docs/protocol/session-events.md. They inform; whether a token is good, verifiers decide.
 */
import type { EndReason } from './end.ts'

export const SESSION_SUBPROTOCOL = 'latchkey.session.v1'

/** Offered as a subprotocol with the ticket behind it: what a page can set on a WebSocket besides its address. */
export const TICKET_SUBPROTOCOL = 'latchkey.ticket.'

/** First on every connection, and the answer to each poll of a living session. */
export interface SessionStateMessage {
  readonly t: 'state'
  /** Wall-clock second at which the session ends if nobody uses it before; use moves it. */
  readonly expires_at: number
}

/** Permissions may have changed: what the page shows may be out of date. */
export interface SessionChangedMessage {
  readonly t: 'changed'
}

/** The session ends soon unless somebody uses it. */
export interface SessionExpiringMessage {
  readonly t: 'expiring'
  readonly expires_at: number
}

/** The last one. */
export interface SessionEndedMessage {
  readonly t: 'ended'
  /** Absent when nobody knows any more. */
  readonly reason?: EndReason
}

/** A sign of life: pages cannot see the ping frames of RFC 6455. */
export interface SessionPingMessage {
  readonly t: 'ping'
}

export type SessionMessage =
  | SessionStateMessage
  | SessionChangedMessage
  | SessionExpiringMessage
  | SessionEndedMessage
  | SessionPingMessage
