/** RFC 6455 through `ws`: the connection that is used outside simulations. */
import type { LookupFunction } from 'node:net'
import { WebSocket } from 'ws'
import type { Connect, SocketClosed } from './socket.ts'

export const connectWebSocket: Connect = (request, events) => {
  const socket = new WebSocket(request.url, request.subprotocol, {
    headers: { authorization: request.authorization },
    maxPayload: request.maxFrameBytes,
    // Compression would let a few bytes become a large frame, and would leak the lengths of secrets.
    perMessageDeflate: false,
    // Credentials go to the address that was configured and nowhere else.
    followRedirects: false,
    ...(request.loopback ? { lookup: lookupLoopback } : {}),
  })
  let closed: SocketClosed = { reason: 'connection lost' }

  socket.on('open', () => events.opened())
  socket.on('message', (data, isBinary) => {
    if (isBinary) events.binary()
    else events.text(data.toString())
  })
  socket.on('ping', () => events.alive())
  socket.on('pong', () => events.alive())
  socket.on('unexpected-response', (_, response) => {
    closed = { reason: `HTTP status ${response.statusCode}`, status: response.statusCode ?? 0 }
    socket.terminate()
  })
  socket.on('error', (error) => {
    if (closed.status === undefined) closed = { reason: error.message }
  })
  socket.on('close', (code, reason) => {
    // 1006 stands for "no close frame came": then the error before it says more.
    events.closed(code === 1006 ? closed : { reason: reason.toString() || 'closed', code })
  })
  return {
    send: (text) => socket.send(text),
    ping: () => socket.ping(),
    close: (code) => socket.close(code),
    terminate: () => socket.terminate(),
  }
}

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
]

/**
 * RFC 6761 section 6.3: localhost and names under it mean this machine. Asking a name server could send the credentials
 * elsewhere in plain text, and many do not know `sso.localhost`.
 */
const lookupLoopback: LookupFunction = (_, options, callback) => {
  if (options.all) callback(null, LOOPBACK)
  else callback(null, '127.0.0.1', 4)
}
