import type { FeedKey, IssuerMessage, VerifierMessage, WrappedFeedKey } from '@latchkey/protocol'
import type { Connect, ConnectRequest, SocketClosed, SocketEvents } from '../src/index.ts'

/** One connection as the issuer's side of a test sees it. */
export interface ScriptedSocket {
  readonly request: ConnectRequest
  readonly events: SocketEvents
  /** What the verifier has sent and the test has not taken yet. */
  readonly sent: VerifierMessage[]
  pings: number
  state: 'open' | 'goodbye' | 'cut'
  send(...messages: IssuerMessage[]): void
  take(): VerifierMessage[]
  closed(facts?: Partial<SocketClosed>): void
}

export const KEY: FeedKey = { kid: 'orders.1', alg: 'HS256', state: 'active', k: 'A'.repeat(43) }
/** As an issuer without sessions would wrap it. */
export const WRAPPED: WrappedFeedKey = {
  ...{ kid: 'orders.1', alg: 'HS256', state: 'active' },
  jwe: `header..${'i'.repeat(16)}.${KEY.k}.${'t'.repeat(22)}`,
}

/** A network without time: what is sent is there, and the test answers in the issuer's place. */
export function scriptedNetwork() {
  const sockets: ScriptedSocket[] = []
  const connect: Connect = (request, events) => {
    const socket: ScriptedSocket = {
      request,
      events,
      sent: [],
      pings: 0,
      state: 'open',
      send: (...messages) => {
        for (const message of messages) events.text(JSON.stringify(message))
      },
      take: () => socket.sent.splice(0),
      closed: (facts = {}) => events.closed({ reason: 'connection lost', ...facts }),
    }
    sockets.push(socket)
    return {
      send: (text) => {
        socket.sent.push(JSON.parse(String(text)))
      },
      unwrapKey: (kid, jwe) => (kid === KEY.kid ? jwe.split('.')[3] : undefined),
      ping: () => {
        socket.pings += 1
      },
      close: () => {
        socket.state = 'goodbye'
      },
      terminate: () => {
        socket.state = 'cut'
      },
    }
  }
  return {
    connect,
    sockets,
    /** The newest connection. */
    get last(): ScriptedSocket {
      const socket = sockets.at(-1)
      if (!socket) throw new Error('nobody has connected')
      return socket
    },
  }
}
