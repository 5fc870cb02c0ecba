import { type AccessTokenClaims, nowSeconds, type Scheduler } from '@latchkey/protocol'
import type { Clock, Verifier } from '@latchkey/verifier'
import { heldMessages } from './held-messages.ts'
import { PERMISSION_LOST, type SocketClose, socketClose } from './socket-close.ts'
import { type GuardFrame, renewalIn } from './socket-control.ts'
import { type GatedSocket, gate } from './socket-gate.ts'
import { type Reauthentication, reauthentication } from './socket-reauthentication.ts'
import { socketStanding } from './socket-standing.ts'
import type { SocketTickets } from './socket-ticket.ts'

/** What the guard needs of a WebSocket of `ws`. */
export interface GuardableSocket extends GatedSocket {
  readonly readyState: number
  once(event: 'close', listener: () => void): unknown
  close(code: number, reason: string): void
  terminate(): void
}

/** What an upgrade was admitted on. */
export interface Admission {
  readonly token: string
  readonly claims: AccessTokenClaims
  readonly toleranceSeconds: number
  /** As the router knows it. */
  readonly route: string
  /** Whether a caller with these claims has the right to the route. */
  mayStay(claims: AccessTokenClaims): boolean
}

export interface SocketGuard {
  /** Claims that the socket stands on now. */
  readonly caller: AccessTokenClaims
  /**
   * Goes on with a fresh token of the same session, or the ticket of one, without a new connection. When refused, the old one still
   * counts.
   */
  reauthenticate(ticketOrToken: string): Promise<Reauthentication>
}

export interface SocketGuardDeps {
  readonly verifier: Pick<Verifier, 'verify' | 'verifyCurrent' | 'watch'>
  /** Undefined: this service gives none. */
  readonly tickets: Pick<SocketTickets, 'spend'> | undefined
  readonly graceSeconds: number
  readonly clock: Pick<Clock, 'nowMs'>
  readonly scheduler: Scheduler
}

/** A peer that does not answer the closing handshake is cut off after this long. */
const CLOSE_TIMEOUT_MS = 1000

/** The memory of used tickets is away, so that nobody can say what was shown. */
const UNKNOWN: Reauthentication = { kind: 'refused', reason: 'no_lease' }

/** `readyState` from which on a socket takes no more messages: CLOSING (the WebSocket standard's number). */
const CLOSING = 2

/**
 * Lets messages pass, in and out, only while the caller's token is acceptable, and closes the socket at the moment it
 * stops being so. Every message is a decision of its own, as every request is: a verifier that has lost its lease hears of
 * no end, and must not go on (docs/architecture.md).
 * @param renews the page offered to answer the guard's frames: where a fresh token helps, it is asked for one first, and messages
 *   wait meanwhile in both directions
 */
export function guardOne(
  deps: SocketGuardDeps,
  admission: Admission,
  socket: GuardableSocket,
  renews = false,
): SocketGuard {
  const held = heldMessages()
  let renewing = false

  const { sendPast } = gate(socket, (message) => {
    const shown = renews && message.direction === 'in' ? renewalIn(message.args) : undefined
    if (shown !== undefined) void renew(shown)
    else if (standing.look() === 'open') message.pass()
    else if (standing.state === 'over') message.drop()
    else if (!held.add(message)) {
      message.drop()
      standing.end(socketClose('stale'))
    }
  })
  const say = (frame: GuardFrame) => sendPast(JSON.stringify(frame))

  const standing = socketStanding(admission, {
    ...deps,
    toleranceSeconds: admission.toleranceSeconds,
    graceSeconds: renews ? deps.graceSeconds : 0,
    holding: () => say({ latchkey: 'renew', within: deps.graceSeconds }),
    over: (close) => {
      for (const { drop } of held.takeAll()) drop()
      if (close !== undefined) closeSocket(socket, close, deps.scheduler)
    },
  })

  async function reauthenticate(shown: string): Promise<Reauthentication> {
    const outcome = await reauthentication(deps, admission, standing.claims, shown)
    if (standing.state === 'over') return { kind: 'refused', reason: 'closed' }
    if (outcome.kind === 'accepted') standing.replace(outcome.token, outcome.caller)
    return outcome
  }

  function release(): void {
    for (const { pass, drop } of held.takeAll()) {
      if (standing.look() === 'open') pass()
      else drop()
    }
  }

  /** What a page shows by itself. One at a time: a page that waits has no reason to show another. */
  async function renew(shown: string): Promise<void> {
    if (renewing || standing.state === 'over') return
    renewing = true
    const outcome = await reauthenticate(shown).catch(() => UNKNOWN)
    renewing = false
    if (outcome.kind === 'accepted') {
      say({ latchkey: 'renewed', expires_in: outcome.caller.exp - nowSeconds(deps.clock) })
      release()
    } else if (standing.state === 'holding' && outcome.reason === 'not_permitted') {
      standing.end(PERMISSION_LOST)
    } else if (outcome.reason !== 'closed') say({ latchkey: 'refused' })
  }

  if (socket.readyState >= CLOSING) standing.stop()
  else socket.once('close', standing.stop)
  return {
    get caller() {
      return standing.claims
    },
    reauthenticate: async (shown) => {
      const outcome = await reauthenticate(shown)
      if (outcome.kind === 'accepted') release()
      return outcome
    },
  }
}

function closeSocket(
  socket: GuardableSocket,
  { code, text }: SocketClose,
  scheduler: Scheduler,
): void {
  socket.close(code, text)
  const cancel = scheduler.after(CLOSE_TIMEOUT_MS, () => socket.terminate())
  socket.once('close', cancel)
}
