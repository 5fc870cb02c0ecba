/** The verifier's end of a connection: as packages/feed/src/web-socket.ts, on a pipe. */
import type { ConnectRequest, FeedSocket, SocketClosed, SocketEvents } from '@latchkey/feed'
import { bodyDigest, type FeedSession } from '@latchkey/protocol'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import type { Item, Pipe } from './pipe.ts'

export interface ClientEnd {
  readonly socket: FeedSocket
  /** Value of the Authorization header. */
  readonly authorization: string
  take(item: Item): void
  /** The connection is over, and the process hears why. */
  over(facts: SocketClosed): void
  /** The process is gone. */
  died(): void
}

export interface ClientEndDeps {
  readonly world: World
  readonly host: Host
  readonly up: Pipe
  readonly request: ConnectRequest
  readonly events: SocketEvents
}

export function clientEnd({ world, host, up, request, events }: ClientEndDeps): ClientEnd {
  const handshake = request.handshake(request.subprotocol)
  let session: FeedSession | undefined
  let open = true

  function over(facts: SocketClosed): void {
    if (!open) return
    open = false
    host.deliver(() => events.closed(facts))
  }

  /** Not in the middle of the call that cuts it off. */
  function cutOff(reason: string): void {
    up.push({ kind: 'reset' })
    world.after(0, () => over({ reason }))
  }

  function begin(headers: Readonly<Record<string, string>>): void {
    session = handshake.session(headers)
    if (session) events.opened()
    else cutOff('whoever answers is not the issuer')
  }

  function hear(sealed: string): void {
    const text = session?.open(sealed)
    if (text === undefined) cutOff('a frame that the issuer has not sent like that')
    else events.text(text)
  }

  function handle(item: Item): void {
    if (!open) return
    switch (item.kind) {
      case 'accept':
        begin(item.headers)
        break
      case 'text':
        hear(item.text)
        break
      case 'ping':
        up.push({ kind: 'pong' })
        events.alive()
        break
      case 'pong':
        events.alive()
        break
      case 'refuse':
        over({ reason: `HTTP status ${item.status}`, status: item.status })
        break
      case 'close':
        up.push({ kind: 'close', code: item.code, reason: '' })
        over({ reason: item.reason || 'closed', code: item.code })
        break
      case 'reset':
        over({ reason: 'connection lost' })
        break
      case 'ask':
        throw new Error('issuers do not ask')
    }
  }

  return {
    authorization: handshake.authorization,
    take: (item) => host.deliver(() => handle(item)),
    over,
    died: () => {
      open = false
    },
    socket: {
      send: (frame) => {
        if (!session) return
        const body = String(frame)
        up.push({ kind: 'text', text: String(session.seal({ body, digest: bodyDigest(body) })) })
      },
      unwrapKey: (kid, jwe) => session?.unwrapKey(kid, jwe),
      ping: () => up.push({ kind: 'ping' }),
      close: (code) => up.push({ kind: 'close', code, reason: '' }),
      terminate: () => cutOff('cut off'),
    },
  }
}
