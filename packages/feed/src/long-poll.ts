/** The feed over POST /feed/poll, for places that bar WebSockets: docs/protocol/feed.md. */
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as http,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as https } from 'node:https'
import { FEED_POLL, type FeedSession } from '@latchkey/protocol'
import { frameLines } from './frame-lines.ts'
import type { Handshake } from './handshake.ts'
import { lookupLoopback } from './loopback.ts'
import { refusalText } from './refusal-text.ts'
import type { Connect, ConnectRequest, SocketClosed } from './socket.ts'

/**
 * One request after the other, each a small conversation: what was to be said since the last one goes with it, and the answer
 * ends when there was something to tell, or after T/5.
 */
export const connectLongPoll: Connect = (request, events) => {
  const agent = agentOf(request)
  const outbox: string[] = []
  let session: FeedSession | undefined
  let current: ClientRequest | undefined
  let isGreeted = false
  let polls = 0
  let over = false

  function end(facts: SocketClosed): void {
    if (over) return
    over = true
    current?.destroy()
    agent.destroy()
    queueMicrotask(() => events.closed(facts))
  }

  function poll(): void {
    if (over) return
    const body = [request.greeting(), ...outbox.splice(0)].join('\n')
    const handshake = request.handshake(FEED_POLL, body)
    // The first answer brings the keys, and only then there is something to wait with.
    current = send({ request, agent, body, handshake, wait: polls > 0 })
    polls += 1
    current.on('response', (response) => hear(response, handshake))
    current.on('error', ({ message }) => end({ reason: message }))
  }

  function hear(response: IncomingMessage, handshake: Handshake): void {
    const { statusCode: status = 0, headers } = response
    if (status !== 200) {
      refusalText(response, (text) =>
        end({ reason: `HTTP status ${status}${text && `: ${text}`}`, status }),
      )
      return
    }
    session = handshake.session(headers)
    if (!session) {
      end({ reason: 'whoever answers does not speak as the issuer does' })
      return
    }
    const lines = frameLines(request.maxFrameBytes, heardLine)
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      if (over) return
      events.alive()
      if (!lines.add(text)) end({ reason: 'a frame that is too large' })
    })
    response.on('error', ({ message }) => end({ reason: message }))
    response.on('close', () => {
      if (!response.complete) end({ reason: 'connection lost' })
      else if (lines.count === 0) end({ reason: 'an answer that says nothing' })
      else poll()
    })
  }

  function heardLine(line: string): void {
    if (over) return
    const frame = session?.open(line)
    if (frame === undefined) end({ reason: 'a frame that the issuer has not sent like that' })
    else events.text(frame)
  }

  queueMicrotask(() => {
    if (over) return
    events.opened()
    poll()
  })
  return {
    encoding: 'text',
    send: (frame) => {
      // The first one is the greeting, which every request makes anew.
      if (isGreeted) outbox.push(String(frame))
      isGreeted = true
    },
    unwrapKey: (kid, jwe) => session?.unwrapKey(kid, jwe),
    ping: () => {},
    close: (code) => end({ reason: 'closed', code }),
    terminate: () => end({ reason: 'connection lost' }),
  }
}

function agentOf({ url }: ConnectRequest): HttpAgent {
  const options = { keepAlive: true, maxSockets: 1 }
  return url.startsWith('wss:') ? new HttpsAgent(options) : new HttpAgent(options)
}

interface PollRequest {
  readonly request: ConnectRequest
  readonly agent: HttpAgent
  readonly body: string
  readonly handshake: Handshake
  readonly wait: boolean
}

function send({ request, agent, body, handshake, wait }: PollRequest): ClientRequest {
  const url = `${request.url.replace(/^ws/, 'http')}/poll`
  const sent = (url.startsWith('https:') ? https : http)(url, {
    method: 'POST',
    agent,
    headers: {
      authorization: handshake.authorization,
      'content-type': 'application/x-ndjson',
      'content-length': Buffer.byteLength(body),
      // RFC 7240 section 4.3.
      ...(wait ? {} : { prefer: 'wait=0' }),
    },
    ...(request.loopback ? { lookup: lookupLoopback } : {}),
  })
  sent.end(body)
  return sent
}
