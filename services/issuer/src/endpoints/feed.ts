/** GET /feed: the WebSocket of verifiers, subprotocol `latchkey.feed.v1`. docs/architecture.md, docs/protocol/feed.md. */

import type { WebSocket, WebsocketPluginOptions } from '@fastify/websocket'
import { FEED_SUBPROTOCOL, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import type { ClientDirectory } from '../client-authentication/authenticate-client.ts'
import { authenticateBasic } from '../client-authentication/client-secret.ts'
import { FEED_MAX_PAYLOAD_BYTES, type FeedSocket } from '../feed/connection.ts'
import type { FeedHub } from '../feed/hub.ts'
import { singleHeader } from '../http/single-header.ts'

export interface FeedDeps {
  readonly clients: ClientDirectory
  readonly hub: Pick<FeedHub, 'accept'>
}

/** One address speaks WebSocket, and one subprotocol. A few bytes must not become a large frame. */
export const FEED_SOCKETS: NonNullable<WebsocketPluginOptions['options']> = {
  maxPayload: FEED_MAX_PAYLOAD_BYTES,
  perMessageDeflate: false,
  verifyClient: ({ req }, decided) => decided(/^\/feed(?:\?|$)/.test(req.url ?? ''), 404),
  handleProtocols: (offered) => offered.has(FEED_SUBPROTOCOL) && FEED_SUBPROTOCOL,
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The client that opened the feed; set before the upgrade. */
    feedClient: string | undefined
  }
}

export function feed(deps: FeedDeps) {
  return async (app: FastifyInstance) => {
    app.decorateRequest('feedClient', undefined)
    app.get(
      '/feed',
      {
        websocket: true,
        // Before the 101: a caller without credentials never gets a socket. Cookies mean nothing here.
        preValidation: async (request) => {
          const { upgrade } = request.headers
          const authorization = singleHeader(request, 'authorization')
          const asked = request.headers['sec-websocket-protocol']?.split(/ *, */) ?? []
          if (upgrade?.toLowerCase() !== 'websocket' || !asked.includes(FEED_SUBPROTOCOL)) {
            throw new OAuthError('invalid_request', 'not_a_feed_upgrade', {
              description: `open a WebSocket with the subprotocol ${FEED_SUBPROTOCOL}`,
            })
          }
          if (authorization === undefined) throw new OAuthError('invalid_client', 'no_credentials')
          const client = await authenticateBasic(authorization, deps.clients)
          request.feedClient = client.id
        },
      },
      (socket, request) => {
        const peer = deps.hub.accept(endable(socket), request.feedClient ?? '')
        socket.on('message', (data, isBinary) => {
          if (isBinary) peer.binary()
          else peer.frame(data.toString())
        })
        socket.on('ping', peer.heard)
        socket.on('close', peer.closed)
        socket.on('error', (error) => request.log.info({ err: error }, 'feed socket failed'))
      },
    )
  }
}

/** A closing handshake that takes longer is not waited for: the other side does not read, or its host is gone. */
const GOODBYE_MS = 1000

function endable(socket: WebSocket): FeedSocket {
  let drained = Promise.resolve()
  return {
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send: (text) => {
      // Called with an error too, when the socket has gone: nobody shall wait for it then.
      drained = new Promise((resolve) => socket.send(text, () => resolve()))
    },
    drained: () => drained,
    terminate: () => socket.terminate(),
    end: (code, reason) => {
      socket.close(code, reason)
      const timer = setTimeout(() => socket.terminate(), GOODBYE_MS)
      socket.once('close', () => clearTimeout(timer))
    },
  }
}
