/** One connection between a verifier and an issuer process, as both ends see it: they may see different things. */
import type { ConnectRequest, FeedSocket, SocketEvents } from '@latchkey/feed'
import type { Chance } from '../chance.ts'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import { clientEnd } from './client-end.ts'
import type { Lane } from './lane.ts'
import { type Item, type Pipe, pipe } from './pipe.ts'
import { type ServerEnd, type ServerSide, serverEnd } from './server-end.ts'

export interface LinkDeps {
  readonly world: World
  readonly chance: Chance
  readonly client: Host
  readonly there: Lane
  readonly back: Lane
  /** The process that listens now, if one does. `off`: not even its machine answers. */
  server(): ServerSide | 'refuses' | 'off'
}

export interface Link {
  readonly socket: FeedSocket
  /** Something in between cuts it: both ends notice. */
  cut(): void
  /** The process of an end is gone. When its machine goes on, it tells the other end. */
  clientDied(machineRuns: boolean): void
  serverDied(machineRuns: boolean): void
}

export function link(deps: LinkDeps, request: ConnectRequest, events: SocketEvents): Link {
  const { world, client } = deps
  let server: ServerEnd | undefined
  let serverGone = false

  const up: Pipe = pipe({ ...deps, lane: deps.there, arrived: atServer })
  const down: Pipe = pipe({ ...deps, lane: deps.back, arrived: (item) => end.take(item) })
  const end = clientEnd({ world, host: client, up, request, events })

  function atServer(item: Item): void {
    if (serverGone) answerForTheDead()
    else if (item.kind === 'ask') accept(item.authorization)
    else server?.take(item)
  }

  function accept(authorization: string): void {
    const side = deps.server()
    if (side === 'refuses') down.push({ kind: 'reset' })
    else if (side !== 'off') server = serverEnd({ side, pipe: down, world, authorization })
  }

  function answerForTheDead(): void {
    if (deps.server() !== 'off') down.push({ kind: 'reset' })
  }

  up.push({ kind: 'ask', authorization: end.authorization })
  return {
    socket: end.socket,
    cut: () => {
      up.stop()
      down.stop()
      end.over({ reason: 'connection lost' })
      server?.take({ kind: 'reset' })
    },
    clientDied: (machineRuns) => {
      end.died()
      if (machineRuns) up.push({ kind: 'reset' })
    },
    serverDied: (machineRuns) => {
      serverGone = true
      if (machineRuns) down.push({ kind: 'reset' })
    },
  }
}
