/**
 * The floor, as a program: POST /trigger, and one prebuilt WebSocket frame is written to each socket. No check, no store, no log.
 * Answers with its port.
 */
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { answer } from '../child.ts'

/** RFC 6455 section 1.3. */
const HANDSHAKE_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const TEXT_FRAME = 0x81
/** As long as the frame of one entry. */
const TEXT = JSON.stringify({ t: 'entries', epoch: 1, entries: [{ p: 0, v: 'x'.repeat(100) }] })
const TWO_BYTE_LENGTH = 126

async function start(): Promise<number> {
  const sockets = new Set<Duplex>()
  const frame = frameOf(TEXT)
  const server = createServer((_, response) => {
    for (const socket of sockets) socket.write(frame)
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
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** RFC 6455 section 5.2: final, text, unmasked. */
function frameOf(text: string): Buffer {
  const payload = Buffer.from(text)
  const head = Buffer.from([TEXT_FRAME, TWO_BYTE_LENGTH, 0, 0])
  head.writeUInt16BE(payload.length, 2)
  return Buffer.concat([head, payload])
}

answer(start)
