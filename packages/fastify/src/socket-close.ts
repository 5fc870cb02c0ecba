/** How a guarded socket ends: docs/architecture.md. Codes from 4000 on are ours to define (RFC 6455 section 7.4.2). */
import type { EndReason } from '@latchkey/protocol'
import type { RefusalReason } from '@latchkey/verifier'

export interface SocketClose {
  readonly code: number
  /** At most 123 bytes (RFC 6455 section 5.5). */
  readonly text: string
  /** A fresh token of the same session mends it. */
  readonly mendable: boolean
}

/** The session, the person, the client or everything has ended: reconnecting leads to sign-in. */
const ENDED: SocketClose = { code: 4401, text: 'session ended', mendable: false }

/** Permissions changed: reconnecting with a fresh token helps whoever still has the right. */
const PERMISSION_CHANGED: SocketClose = { code: 4403, text: 'permission changed', mendable: true }

/** A fresh token was shown, and it does not give the right any more. */
export const PERMISSION_LOST: SocketClose = {
  code: 4403,
  text: 'permission lost',
  mendable: false,
}

/** The token was not replaced in time, or its key was: reconnect with a fresh one. */
const EXPIRED: SocketClose = { code: 4408, text: 'token expired', mendable: true }
const KEY_GONE: SocketClose = { code: 4408, text: 'key replaced', mendable: true }

/** The verifier has no lease, or is behind the token: what 503 is to a request. RFC 6455's registry: Try Again Later. */
export const TRY_LATER: SocketClose = { code: 1013, text: 'try again later', mendable: false }

/** @param why what ended it, as its entry says; it goes into the text, for the page to show */
export function socketClose(reason: RefusalReason, why?: EndReason): SocketClose {
  switch (reason) {
    case 'stale':
      return PERMISSION_CHANGED
    case 'expired':
      return EXPIRED
    case 'key_ended':
    case 'unknown_kid':
    case 'service_ended':
      return KEY_GONE
    case 'ahead':
      return TRY_LATER
    default:
      return why === undefined ? ENDED : { ...ENDED, text: `session ended: ${why}` }
  }
}
