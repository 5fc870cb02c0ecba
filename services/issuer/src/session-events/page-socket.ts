/** One connection of a page: RFC 6455. The page has nothing to say; what it sends is bounded in bytes, not looked at. */
import type { IncomingMessage } from 'node:http'
import type { WebSocket } from '@fastify/websocket'
import type { Scheduler, SessionMessage } from '@latchkey/protocol'
import { PAGE_LIMITS } from './limits.ts'

/** The session has ended; nothing follows. As sockets of services close: docs/architecture.md. */
export const ENDED_CODE = 4401
/** RFC 6455 section 7.4.1. */
const POLICY_VIOLATION = 1008
const SERVICE_RESTART = 1012
/** A closing handshake that takes longer is not waited for. */
const GOODBYE_MS = 1000

export interface PageSocket {
  tell(message: SessionMessage): void
  /** The issuer stops: come back, elsewhere. */
  leave(): void
}

export function pageSocket(
  socket: WebSocket,
  { socket: connection }: Pick<IncomingMessage, 'socket'>,
  scheduler: Scheduler,
): PageSocket {
  let inbound = 0
  let answered = true
  let cancelPing = () => {}

  function end(code: number, reason: string): void {
    socket.close(code, reason)
    const cancel = scheduler.after(GOODBYE_MS, () => socket.terminate())
    socket.once('close', cancel)
  }

  function send(message: SessionMessage): void {
    if (socket.bufferedAmount > PAGE_LIMITS.bufferedBytes) socket.terminate()
    else socket.send(JSON.stringify(message))
  }

  function ping(): void {
    // A line that is dead takes everything and gives nothing back.
    if (!answered) {
      socket.terminate()
      return
    }
    answered = false
    inbound = 0
    socket.ping()
    // Seen by the page itself, which learns nothing of pings.
    send({ t: 'ping' })
    cancelPing = scheduler.after(PAGE_LIMITS.pingMs, ping)
  }

  // Before ws puts frames together: a giant one, a flood of tiny ones and one that never ends are the same to us.
  connection.on('data', (chunk: Buffer) => {
    inbound += chunk.length
    if (inbound > PAGE_LIMITS.inboundBytes) socket.terminate()
  })
  socket.on('message', () => end(POLICY_VIOLATION, 'nothing is expected here'))
  socket.on('pong', () => {
    answered = true
  })
  socket.once('close', () => cancelPing())
  cancelPing = scheduler.after(PAGE_LIMITS.pingMs, ping)

  return {
    tell: (message) => {
      send(message)
      if (message.t === 'ended') end(ENDED_CODE, `session ended: ${message.reason ?? 'unknown'}`)
    },
    leave: () => end(SERVICE_RESTART, 'issuer stops'),
  }
}
