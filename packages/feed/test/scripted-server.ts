/** An issuer that does nothing by itself, over real sockets: the handshake is real, what is said is the test's. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  FEED_NONCE_HEADER,
  type FeedSession,
  feedFrame,
  feedKeyOf,
  feedSession,
  type IssuerMessage,
  isFeedProof,
  parseFeedAuthorization,
  type VerifierMessage,
} from '@latchkey/protocol'
import { type WebSocket, WebSocketServer } from 'ws'
import { FEED_CODECS, type FeedCodec } from '../src/codec.ts'

export const CREDENTIALS = { clientId: 'orders', clientSecret: 'secret' }

export interface ServerPeer {
  readonly socket: WebSocket
  readonly request: IncomingMessage
  readonly session: FeedSession
  send(...messages: IssuerMessage[]): void
  /** The next message of this type. */
  next<T extends VerifierMessage['t']>(type: T): Promise<Extract<VerifierMessage, { t: T }>>
}

export interface ScriptedServerOptions {
  /** Answers upgrades with an HTTP status instead. */
  readonly refuse?: number
  readonly body?: string
  /** Leaves the header out, as somebody would who is not the issuer. */
  readonly withoutNonce?: boolean
  /** What somebody knows who poses as the issuer. */
  readonly secret?: string
}

export async function scriptedServer(options: ScriptedServerOptions = {}) {
  const http = createServer()
  const wss = new WebSocketServer({ noServer: true })
  const peers: ServerPeer[] = []
  wss.on('headers', (headers) => {
    if (!options.withoutNonce) headers.push(`${FEED_NONCE_HEADER}: ${'i'.repeat(22)}`)
  })
  http.on('upgrade', (request, stream, head) => {
    if (options.refuse) {
      const { body = '' } = options
      const length = `content-length: ${Buffer.byteLength(body)}`
      stream.end(`HTTP/1.1 ${options.refuse} No\r\nlocation: /feed\r\n${length}\r\n\r\n${body}`)
      return
    }
    wss.handleUpgrade(request, stream, head, (socket) => {
      peers.push(peerOf(socket, request, options.secret))
      http.emit('peer', peers.at(-1))
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    port,
    accept: async (): Promise<ServerPeer> => (await once(http, 'peer'))[0],
    close: async () => {
      for (const { socket } of peers) socket.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}

function peerOf(
  socket: WebSocket,
  request: IncomingMessage,
  secret = CREDENTIALS.clientSecret,
): ServerPeer {
  const codec = codecOf(socket)
  const opening = parseFeedAuthorization(request.headers.authorization ?? '')
  const key = feedKeyOf(CREDENTIALS.clientId, secret)
  const channel = socket.protocol
  if (
    !opening ||
    (secret === CREDENTIALS.clientSecret && !isFeedProof(key, opening, { channel }))
  ) {
    throw new Error('a verifier that cannot prove its credentials')
  }
  const facts = { key, verifierNonce: opening.nonce, issuerNonce: 'i'.repeat(22), channel }
  const session = feedSession(facts, 'issuer')
  const received: VerifierMessage[] = []
  let wake = () => {}
  socket.on('error', () => {})
  socket.on('message', (data: Buffer, isBinary) => {
    const frame = session.open(isBinary ? data : data.toString())
    const read = frame === undefined ? undefined : codec.decode(frame)
    if (read?.kind === 'value') received.push(read.value as VerifierMessage)
    wake()
  })
  return {
    socket,
    request,
    session,
    send: (...messages) => {
      for (const message of messages) {
        socket.send(session.seal(feedFrame(message.t, codec.encode(message))))
      }
    },
    next: async (type) => {
      for (;;) {
        const index = received.findIndex((message) => message.t === type)
        const [message] = index < 0 ? [] : received.splice(0, index + 1).slice(-1)
        if (message) return message as never
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}

function codecOf({ protocol }: WebSocket): FeedCodec {
  return protocol === FEED_CODECS.binary.subprotocol ? FEED_CODECS.binary : FEED_CODECS.text
}
