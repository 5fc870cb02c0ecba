import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AccessTokenClaims } from '@latchkey/protocol'
import { RENEW_SUBPROTOCOL } from './socket-control.ts'
import {
  type Admission,
  type GuardableSocket,
  guardOne,
  type SocketGuard,
  type SocketGuardDeps,
} from './socket-guard.ts'

/** The part of a Fastify request that tells which connection it came over. */
export interface UpgradeRequest {
  readonly raw: IncomingMessage
  readonly server: { readonly server: { listenerCount(event: string): number } }
}

/** Keeps watch over connections that outlive the request they began with. */
export interface SocketGuards {
  /** Notes what an upgrade was admitted on, and cuts its connection when that ends, until a guard takes over. */
  admit(request: UpgradeRequest, admission: Admission): void
  /** The guard of this socket, the same at every call. */
  guard(raw: IncomingMessage, socket: GuardableSocket): SocketGuard
  /** Whether the upgrade that this request asked for was admitted on a token; false on public routes. */
  isAdmitted(raw: IncomingMessage): boolean
}

export function socketGuards(deps: SocketGuardDeps): SocketGuards {
  const { verifier } = deps
  const admissions = new WeakMap<IncomingMessage, Admission>()
  const holds = new WeakMap<Duplex, () => void>()
  const guards = new WeakMap<GuardableSocket, SocketGuard>()

  /**
   * Whatever speaks over the connection (a WebSocket library, a proxy), it is cut when the token ends. A connection has
   * one hold: a client that asks again and again on a kept-alive one replaces it.
   */
  function hold(connection: Duplex, claims: AccessTokenClaims): void {
    release(connection)
    const unwatch = verifier.watch(claims, () => connection.destroy())
    connection.once('close', unwatch)
    holds.set(connection, () => {
      unwatch()
      connection.off('close', unwatch)
    })
  }

  function release(connection: Duplex | undefined): void {
    if (connection === undefined) return
    holds.get(connection)?.()
    holds.delete(connection)
  }

  return {
    admit(request, admission) {
      // Without a listener Node takes the request for an ordinary one, whatever its Upgrade header says.
      if (request.server.server.listenerCount('upgrade') === 0) return
      admissions.set(request.raw, admission)
      const connection: Duplex | undefined = request.raw.socket
      // Upgrades made up by injectWS of @fastify/websocket come over no connection.
      if (connection !== undefined) hold(connection, admission.claims)
    },
    guard(raw, socket) {
      const known = guards.get(socket)
      if (known !== undefined) return known
      const admission = admissions.get(raw)
      if (admission === undefined) {
        throw new Error('guardSocket: nobody was identified at this upgrade (a public route?)')
      }
      const made = guardOne(deps, admission, socket, offersRenewal(raw))
      guards.set(socket, made)
      release(raw.socket)
      return made
    },
    isAdmitted: (raw) => admissions.has(raw),
  }
}

/** Whether the page answers the guard's frames. It says so among its subprotocols, whichever of them the app chose. */
function offersRenewal({ headers }: IncomingMessage): boolean {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? []
  return offered.some((name) => name.trim() === RENEW_SUBPROTOCOL)
}
