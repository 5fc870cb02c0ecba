import type { IncomingMessage } from 'node:http'
import type { GuardableSocket, SocketGuard } from './socket-guard.ts'
import type { SocketGuards } from './socket-guards.ts'

/**
 * The guard of a WebSocket that was opened through a closed route: it closes the socket with 4401 (ended), 4403
 * (permission changed), 4408 (expired) or 1013 (no lease) and lets no message pass in either direction from then on.
 * With @fastify/websocket at the root sockets are guarded before the handler runs, and this returns that guard; with other
 * libraries call it as soon as there is a socket. Until then the connection itself is cut when the token ends.
 * Throws when nobody was identified at the upgrade (a public route).
 */
export function guardSocket(
  request: {
    readonly raw: IncomingMessage
    readonly server: { readonly latchkey: { readonly sockets: SocketGuards } }
  },
  socket: GuardableSocket,
): SocketGuard {
  return request.server.latchkey.sockets.guard(request.raw, socket)
}
