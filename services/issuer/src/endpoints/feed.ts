/** GET /feed: the WebSocket of verifiers, subprotocol `latchkey.feed.v1`. DESIGN section 5, docs/protocol/feed.md. */
import { FEED_SUBPROTOCOL, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { type ClientDirectory, checkCredentials, readBasic } from '../client-authentication.ts'
import type { FeedHub } from '../feed/hub.ts'

export interface FeedDeps {
  readonly clients: ClientDirectory
  readonly hub: Pick<FeedHub, 'accept'>
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
          const { authorization, upgrade } = request.headers
          const asked = request.headers['sec-websocket-protocol']?.split(/ *, */) ?? []
          if (upgrade?.toLowerCase() !== 'websocket' || !asked.includes(FEED_SUBPROTOCOL)) {
            throw new OAuthError('invalid_request', 'not_a_feed_upgrade', {
              description: `open a WebSocket with the subprotocol ${FEED_SUBPROTOCOL}`,
            })
          }
          if (authorization === undefined) throw new OAuthError('invalid_client', 'no_credentials')
          const client = await checkCredentials(readBasic(authorization), deps.clients)
          request.feedClient = client.id
        },
      },
      (socket, request) => {
        const session = deps.hub.accept(socket, request.feedClient ?? '')
        // One frame after the other: an answer may have to wait for the directory.
        let queue = Promise.resolve()
        socket.on('message', (data, isBinary) => {
          if (isBinary) return socket.close(1003, 'text frames only')
          queue = queue
            .then(() => session.frame(data.toString()))
            .catch((error: unknown) => {
              request.log.warn({ err: error }, 'feed frame failed')
              socket.close(1011, 'try again')
            })
        })
        socket.on('close', session.closed)
        socket.on('error', (error) => request.log.info({ err: error }, 'feed socket failed'))
      },
    )
  }
}
