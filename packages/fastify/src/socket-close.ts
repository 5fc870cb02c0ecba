/** How a guarded socket ends: docs/architecture.md. Codes from 4000 on are ours to define (RFC 6455 section 7.4.2). */
import type { RefusalReason } from '@latchkey/verifier'

export interface SocketClose {
  readonly code: number
  /** At most 123 bytes (RFC 6455 section 5.5). */
  readonly text: string
}

/** The session, the person, the client or everything has ended: reconnecting leads to sign-in. */
export const ENDED: SocketClose = { code: 4401, text: 'session ended' }

/** Permissions changed: reconnecting with a fresh token helps whoever still has the right. */
const PERMISSION_LOST: SocketClose = { code: 4403, text: 'permission changed' }

/** The token was not replaced in time: reconnect with a fresh one. */
const EXPIRED: SocketClose = { code: 4408, text: 'token expired' }

/** The verifier has no lease, or is behind the token: what 503 is to a request. RFC 6455's registry: Try Again Later. */
export const TRY_LATER: SocketClose = { code: 1013, text: 'try again later' }

export function socketClose(reason: RefusalReason): SocketClose {
  switch (reason) {
    case 'stale':
      return PERMISSION_LOST
    case 'expired':
      return EXPIRED
    case 'ahead':
      return TRY_LATER
    default:
      return ENDED
  }
}
