/**
 * The floor, as a program: POST /trigger, and one prebuilt WebSocket frame is written to each socket, with a Redis by way of one bare
 * PUBLISH. No check, no store, no log. What polls asks GET /latest. Answers with its port.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Redis } from 'ioredis'
import { answer } from '../child.ts'

export interface BareHubQuestion {
  readonly redisUrl: string | undefined
}

/** RFC 6455 section 1.3. */
const HANDSHAKE_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT_FRAME = 0x81
/** As long as the frame of one entry. */
const TEXT = JSON.stringify({ t: 'entries', epoch: 1, entries: [{ p: 0, v: 'x'.repeat(100) }] })
const TWO_BYTE_LENGTH = 126
const CHANNEL = 'bare-hub'

async function start({ redisUrl }: BareHubQuestion): Promise<number> {
  const sockets = new Set<Duplex>()
  const frame = frameOf(TEXT)
  let latest = 0
  const spread = () => {
    latest += 1
    for (const socket of sockets) socket.write(frame)
  }
  const publish =
    redisUrl === undefined ? async () => spread() : await throughRedis(redisUrl, spread)
  const server = createServer(async (request, response) => {
    if (request.url === '/latest') return void response.end(String(latest))
    await publish()
    response.writeHead(204).end()
  })
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}${HANDSHAKE_SUFFIX}`
    const accept = createHash('sha1').update(key).digest('base64')
    const protocol = request.headers['sec-websocket-protocol'] ?? ''
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\n' +
        `sec-websocket-accept: ${accept}\r\nsec-websocket-protocol: ${protocol}\r\n\r\n`,
    )
    sockets.add(socket)
    socket.on('error', () => sockets.delete(socket))
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 1024, resolve))
  return (server.address() as AddressInfo).port
}

async function throughRedis(url: string, spread: () => void): Promise<() => Promise<void>> {
  const publisher = new Redis(url)
  const subscriber = new Redis(url)
  subscriber.on('message', spread)
  await subscriber.subscribe(CHANNEL)
  return async () => {
    await publisher.publish(CHANNEL, TEXT)
  }
}

/** RFC 6455 section 5.2: final, text, unmasked. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([TEXT_FRAME, TWO_BYTE_LENGTH, 0, 0])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

answer(start)
