/** The issuer's end of a connection: what `GET /feed` makes of a WebSocket, with the hub behind it. */
import type { FeedHub, HubSocket, OpenedFeed } from '@latchkey/issuer/feed-parts'
import { FEED_NONCE_HEADER, type FeedSession, StoreUnavailable } from '@latchkey/protocol'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import type { Item, Pipe } from './pipe.ts'

/** An issuer process as the network sees it. */
export interface ServerSide {
  readonly host: Host
  /** The upgrade. Rejects when it is refused. */
  open(authorization: string): Promise<OpenedFeed>
  accept: FeedHub['accept']
}

export interface ServerEnd {
  take(item: Item): void
}

export interface ServerEndDeps {
  readonly side: ServerSide
  readonly pipe: Pipe
  readonly world: World
  readonly authorization: string
}

/** As in the endpoint: a closing handshake that takes longer is not waited for. */
const GOODBYE_MS = 1000

export function serverEnd({ side, pipe, world, authorization }: ServerEndDeps): ServerEnd {
  const { host } = side
  let peer: ReturnType<FeedHub['accept']> | undefined
  let session: FeedSession | undefined
  let open = true

  function ends(): void {
    if (!open) return
    open = false
    pipe.stop()
    host.deliver(() => peer?.closed())
  }

  function cutOff(): void {
    if (!open) return
    pipe.push({ kind: 'reset' })
    open = false
    // Not in the middle of the call that cut it off.
    world.after(0, () => host.deliver(() => peer?.closed()))
  }

  /** The line of a session that is open: as the endpoint makes it. */
  function socketOf({ session }: OpenedFeed): HubSocket {
    return {
      encoding: 'text',
      get bufferedAmount() {
        return pipe.waitingChars
      },
      send: (frame) => {
        if (open) pipe.push({ kind: 'text', text: String(session.seal(frame)) })
      },
      wrapKey: session.wrapKey,
      drained: () => new Promise((resolve) => pipe.whenEmpty(resolve)),
      end,
      terminate: cutOff,
    }
  }

  function end(code: number, reason: string): void {
    if (!open) return
    pipe.push({ kind: 'close', code, reason })
    host.scheduler.after(GOODBYE_MS, cutOff)
  }

  function accept(opened: OpenedFeed): void {
    if (!open) return
    pipe.push({ kind: 'accept', headers: { [FEED_NONCE_HEADER]: opened.issuerNonce } })
    session = opened.session
    peer = side.accept(socketOf(opened), opened)
  }

  function refuse(error: unknown): void {
    open = false
    // 503: the store is away, so nobody can tell whether the proof was spent.
    pipe.push({ kind: 'refuse', status: error instanceof StoreUnavailable ? 503 : 401 })
  }

  function hear(sealed: string): void {
    const text = session?.open(sealed)
    if (text === undefined) end(1002, 'not a frame of this session')
    else peer?.frame(text)
  }

  host.deliver(() => side.open(authorization).then(accept, refuse))

  return {
    take: (item) => {
      if (item.kind === 'reset') return ends()
      host.deliver(() => {
        if (!open || !peer) return
        if (item.kind === 'text') hear(item.text)
        else if (item.kind === 'ping') {
          pipe.push({ kind: 'pong' })
          peer.heard()
        } else if (item.kind === 'close') {
          pipe.push({ kind: 'close', code: item.code, reason: '' })
          open = false
          peer.closed()
        }
      })
    },
  }
}
