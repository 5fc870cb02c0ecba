/** GET /feed: the WebSocket of verifiers, subprotocols `latchkey.feed.v1` and `.bin`. docs/protocol/feed.md. */

import type { IncomingMessage } from 'node:http'
import type { WebSocket, WebsocketPluginOptions } from '@fastify/websocket'
import { FEED_CODECS, type FeedEncoding } from '@latchkey/feed'
import { FEED_NONCE_HEADER, type FeedSession, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import {
  type FeedOpeningDeps,
  type OpenedFeed,
  openFeed,
} from '../client-authentication/feed-opening.ts'
import { FEED_MAX_PAYLOAD_BYTES, type FeedSocket } from '../feed/connection.ts'
import type { FeedHub } from '../feed/hub.ts'
import { singleHeader } from '../http/single-header.ts'

export interface FeedDeps extends FeedOpeningDeps {
  readonly hub: Pick<FeedHub, 'accept'>
}

/** What is preferred comes first. */
const ENCODINGS: readonly FeedEncoding[] = ['binary', 'text']

/** One address speaks WebSocket, and these subprotocols. A few bytes must not become a large frame. */
export const FEED_SOCKETS: NonNullable<WebsocketPluginOptions['options']> = {
  // A MAC stands before each frame.
  maxPayload: FEED_MAX_PAYLOAD_BYTES + 64,
  perMessageDeflate: false,
  verifyClient: ({ req }, decided) => decided(/^\/feed(?:\?|$)/.test(req.url ?? ''), 404),
  handleProtocols: (offered) => {
    const encoding = chosen((subprotocol) => offered.has(subprotocol))
    return encoding ? FEED_CODECS[encoding].subprotocol : false
  },
}

/** Who opened the feed, and how it is spoken; set before the upgrade. */
interface Opened extends OpenedFeed {
  readonly encoding: FeedEncoding
}

export function feed(deps: FeedDeps) {
  const opened = new WeakMap<IncomingMessage, Opened>()
  return async (app: FastifyInstance) => {
    app.websocketServer.on('headers', (headers: string[], request: IncomingMessage) => {
      const nonce = opened.get(request)?.issuerNonce
      if (nonce !== undefined) headers.push(`${FEED_NONCE_HEADER}: ${nonce}`)
    })
    app.get(
      '/feed',
      {
        websocket: true,
        // Before the 101: a caller without credentials never gets a socket. Cookies mean nothing here.
        preValidation: async (request) => {
          const { upgrade } = request.headers
          const asked = request.headers['sec-websocket-protocol']?.split(/ *, */) ?? []
          const encoding = chosen((subprotocol) => asked.includes(subprotocol))
          if (upgrade?.toLowerCase() !== 'websocket' || !encoding) {
            throw new OAuthError('invalid_request', 'not_a_feed_upgrade', {
              description: `open a WebSocket with the subprotocol ${FEED_CODECS.text.subprotocol}`,
            })
          }
          const channel = FEED_CODECS[encoding].subprotocol
          const proven = await openFeed(singleHeader(request, 'authorization'), { channel }, deps)
          opened.set(request.raw, { ...proven, encoding })
        },
      },
      (socket, request) => {
        const proven = opened.get(request.raw) as Opened
        const { session, encoding } = proven
        const line = endable(socket, session, encoding)
        const peer = deps.hub.accept(line, proven)
        let isBroken = false
        socket.on('message', (data: Buffer, isBinary) => {
          if (isBroken) return
          const frame = session.open(isBinary ? data : data.toString())
          if (frame !== undefined) return peer.frame(frame)
          // Somebody stands in between, or the verifier counts wrongly: nothing that follows can be trusted.
          isBroken = true
          line.end(1002, 'not a frame of this session')
        })
        socket.on('ping', peer.heard)
        socket.on('close', peer.closed)
        socket.on('error', (error) => request.log.info({ err: error }, 'feed socket failed'))
      },
    )
  }
}

function chosen(isOffered: (subprotocol: string) => boolean): FeedEncoding | undefined {
  return ENCODINGS.find((encoding) => isOffered(FEED_CODECS[encoding].subprotocol))
}

/** A closing handshake that takes longer is not waited for: the other side does not read, or its host is gone. */
const GOODBYE_MS = 1000

function endable(socket: WebSocket, session: FeedSession, encoding: FeedEncoding): FeedSocket {
  let drained = Promise.resolve()
  return {
    encoding,
    get bufferedAmount() {
      return socket.bufferedAmount
    },
    send: (frame) => {
      // Called with an error too, when the socket has gone: nobody shall wait for it then.
      drained = new Promise((resolve) => socket.send(session.seal(frame), () => resolve()))
    },
    wrapKey: session.wrapKey,
    drained: () => drained,
    terminate: () => socket.terminate(),
    end: (code, reason) => {
      socket.close(code, reason)
      const timer = setTimeout(() => socket.terminate(), GOODBYE_MS)
      socket.once('close', () => clearTimeout(timer))
    },
  }
}
