import type { AccessTokenClaims } from '@latchkey/protocol'
import type { RefusalReason, Verifier } from '@latchkey/verifier'
import { freezeClaims } from './freeze-claims.ts'
import { type SocketClose, socketClose, TRY_LATER } from './socket-close.ts'

/** What the guard needs of a WebSocket of `ws`. */
export interface GuardableSocket {
  readonly readyState: number
  // biome-ignore lint/suspicious/noExplicitAny: the overloads of ws, which are passed through unseen
  send(...args: any[]): void
  // biome-ignore lint/suspicious/noExplicitAny: the signature of EventEmitter
  emit(event: any, ...args: any[]): boolean
  once(event: 'close', listener: () => void): unknown
  close(code: number, reason: string): void
  terminate(): void
}

/** What an upgrade was admitted on. */
export interface Admission {
  readonly token: string
  readonly claims: AccessTokenClaims
  readonly toleranceSeconds: number
  /** Whether a caller with these claims has the right to the route. */
  mayStay(claims: AccessTokenClaims): boolean
}

export interface SocketGuard {
  /** Claims that the socket stands on now. */
  readonly caller: AccessTokenClaims
  /** Goes on with a fresh token of the same session, without a new connection. When refused, the old one still counts. */
  reauthenticate(token: string): Promise<Reauthentication>
}

export type Reauthentication =
  | { readonly kind: 'accepted'; readonly caller: AccessTokenClaims }
  | {
      readonly kind: 'refused'
      readonly reason: RefusalReason | 'other_session' | 'not_permitted' | 'no_lease' | 'closed'
    }

/** A peer that does not answer the closing handshake is cut off after this long. */
const CLOSE_TIMEOUT_MS = 1000

/** `readyState` from which on a socket takes no more messages: CLOSING (the WebSocket standard's number). */
const CLOSING = 2

/**
 * Lets messages pass, in and out, only while the caller's token is acceptable, and closes the socket at the moment it
 * stops being so. Every message is a decision of its own, as every request is: a verifier that has lost its lease hears of
 * no end, and must not go on (docs/architecture.md).
 */
export function guardOne(
  verifier: Verifier,
  admission: Admission,
  socket: GuardableSocket,
): SocketGuard {
  const { toleranceSeconds } = admission
  let { token, claims } = admission
  let over = false
  let unwatch = () => {}

  const end = (close: SocketClose) => {
    if (over) return
    stop()
    socket.close(close.code, close.text)
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS)
    timer.unref()
    socket.once('close', () => clearTimeout(timer))
  }
  const stop = () => {
    over = true
    unwatch()
  }
  const watch = () => {
    unwatch()
    unwatch = verifier.watch(claims, (reason) => end(socketClose(reason)))
    // It may have called back at once, before there was anything to stop.
    if (over) unwatch()
  }
  const passes = () => {
    if (over) return false
    const verification = verifier.verify(token, toleranceSeconds)
    switch (verification.kind) {
      case 'valid':
      case 'bound':
        // Whoever opened the connection proved to hold the key.
        return true
      case 'stale':
        end(TRY_LATER)
        return false
      case 'invalid':
        end(socketClose(verification.reason))
        return false
    }
  }

  gate(socket, passes)
  if (socket.readyState >= CLOSING) stop()
  else {
    socket.once('close', stop)
    watch()
  }

  return {
    get caller() {
      return claims
    },
    async reauthenticate(fresh) {
      const verification = await verifier.verifyCurrent(fresh, toleranceSeconds)
      if (over) return { kind: 'refused', reason: 'closed' }
      if (verification.kind === 'stale') return { kind: 'refused', reason: 'no_lease' }
      if (verification.kind === 'invalid') return { kind: 'refused', reason: verification.reason }
      const next = freezeClaims(verification.claims)
      if (next.sub !== claims.sub || next.sid !== claims.sid) {
        return { kind: 'refused', reason: 'other_session' }
      }
      // No proof can come over a socket: what was proven when it was opened must be enough.
      if (!isSameBinding(next, claims)) return { kind: 'refused', reason: 'proof_missing' }
      if (!admission.mayStay(next)) return { kind: 'refused', reason: 'not_permitted' }
      token = fresh
      claims = next
      watch()
      return { kind: 'accepted', caller: claims }
    },
  }
}

function isSameBinding(one: AccessTokenClaims, other: AccessTokenClaims): boolean {
  const names = ['jkt', 'x5t#S256']
  return names.every((name) => one.cnf?.[name] === other.cnf?.[name])
}

/**
 * Stands before `emit` and `send` of this one socket. After `close` ws still delivers messages until the peer has
 * answered, to listeners that anybody may add at any time, so that taking listeners away would not do.
 */
function gate(socket: GuardableSocket, passes: () => boolean): void {
  const { emit, send } = socket
  socket.emit = function guardedEmit(event, ...args) {
    if (event === 'message' && !passes()) return false
    return emit.call(socket, event, ...args)
  }
  socket.send = function guardedSend(...args) {
    if (passes()) {
      send.apply(socket, args)
      return
    }
    const callback: unknown = args.at(-1)
    if (typeof callback === 'function') callback(new Error('The guard has ended this socket'))
  }
}
