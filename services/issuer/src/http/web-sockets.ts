/** The two addresses that speak WebSocket, each its own subprotocol. */
import type { WebsocketPluginOptions } from '@fastify/websocket'
import { SESSION_SUBPROTOCOL } from '@latchkey/protocol'
import { FEED_SOCKETS } from '../endpoints/feed.ts'
import { SESSION_EVENTS_PATH } from '../endpoints/session-events.ts'
import { pathOf } from './parameters.ts'

type SocketOptions = NonNullable<WebsocketPluginOptions['options']>

/** What holds for the feed holds here; what a page sends is bounded far below that (session-events/page-socket.ts). */
export const WEB_SOCKETS: SocketOptions = {
  ...FEED_SOCKETS,
  verifyClient: (info, decided) => {
    if (pathOf(info.req.url ?? '') === SESSION_EVENTS_PATH) decided(true)
    else FEED_SOCKETS.verifyClient?.(info, decided)
  },
  handleProtocols: (offered, request) => {
    if (pathOf(request.url ?? '') !== SESSION_EVENTS_PATH) {
      return FEED_SOCKETS.handleProtocols?.(offered, request) ?? false
    }
    // Never the ticket, which stands beside it.
    return offered.has(SESSION_SUBPROTOCOL) && SESSION_SUBPROTOCOL
  },
}
