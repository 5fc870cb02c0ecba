/** RFC 6455 through `ws`: the connection that is used outside simulations. */
import type { IncomingMessage } from 'node:http'
import { bodyDigest, type FeedSession } from '@latchkey/protocol'
import { WebSocket } from 'ws'
import { lookupLoopback } from './loopback.ts'
import { refusalText } from './refusal-text.ts'
import { sayLater } from './say-later.ts'
import type { Connect, SocketClosed } from './socket.ts'

export const connectWebSocket: Connect = (request, events) => {
  const { subprotocol } = request
  const handshake = request.handshake(subprotocol)
  const socket = new WebSocket(request.url, subprotocol, {
    headers: { authorization: handshake.authorization },
    maxPayload: request.maxFrameBytes,
    // Compression would let a few bytes become a large frame, and would leak the lengths of secrets.
    perMessageDeflate: false,
    // Credentials go to the address that was configured and nowhere else.
    followRedirects: false,
    ...(request.loopback ? { lookup: lookupLoopback } : {}),
  })
  let session: FeedSession | undefined
  let closed: SocketClosed = { reason: 'connection lost' }
  const cut = (reason: string) => {
    closed = { reason }
    socket.terminate()
  }

  socket.on('upgrade', ({ headers }: IncomingMessage) => {
    session = handshake.session(headers)
  })
  socket.on('open', () => {
    if (session) events.opened()
    else cut('whoever answers does not speak as the issuer does')
  })
  socket.on('message', (data: Buffer, isBinary) => {
    const frame = session?.open(isBinary ? data : data.toString())
    if (frame === undefined) cut('a frame that the issuer has not sent like that')
    else if (typeof frame === 'string') events.text(frame)
    else events.binary(frame)
  })
  socket.on('ping', () => events.alive())
  socket.on('pong', () => events.alive())
  socket.on('unexpected-response', (_, response) => {
    const { statusCode: status = 0 } = response
    refusalText(response, (text) => {
      closed = { reason: `HTTP status ${status}${text && `: ${text}`}`, status }
      socket.terminate()
    })
  })
  socket.on('error', (error) => {
    if (closed.status === undefined) closed = { reason: error.message }
  })
  socket.on('close', (code, reason) => {
    // 1006 stands for "no close frame came": then the error before it says more.
    events.closed(code === 1006 ? closed : { reason: reason.toString() || 'closed', code })
  })
  const say = sayLater((body) => {
    const sealed = session?.seal({ body, digest: bodyDigest(body) })
    // Of bytes `ws` makes one piece of memory with the head of the frame, of a text two, and writing two takes longer.
    if (sealed !== undefined) socket.send(Buffer.from(sealed), { binary: typeof body !== 'string' })
  })
  return {
    send: say.later,
    unwrapKey: (kid, jwe) => session?.unwrapKey(kid, jwe),
    ping: () => socket.ping(),
    close: (code) => {
      say.now()
      socket.close(code)
    },
    terminate: () => socket.terminate(),
  }
}
