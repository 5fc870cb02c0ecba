/** What one side of a connection has sent: it arrives in order and whole, unless somebody in between can touch frames. */
import type { Chance } from '../chance.ts'
import type { World } from '../time/world.ts'
import type { Lane } from './lane.ts'

/** What travels: the parts of TCP and WebSocket that make a difference. */
export type Item =
  | { readonly kind: 'ask'; readonly authorization: string }
  | { readonly kind: 'accept'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'refuse'; readonly status: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ping' | 'pong' | 'reset' }
  | { readonly kind: 'close'; readonly code: number; readonly reason: string }

export interface Pipe {
  push(item: Item): void
  /** Characters of text that have not arrived. */
  readonly waitingChars: number
  /** Calls back when everything has arrived, or the connection is over. */
  whenEmpty(listener: () => void): void
  stop(): void
}

export interface PipeDeps {
  readonly world: World
  readonly chance: Chance
  readonly lane: Lane
  arrived(item: Item): void
}

export function pipe({ world, chance, lane, arrived }: PipeDeps): Pipe {
  const queue: { readonly readyAtMs: number; readonly item: Item }[] = []
  let emptied: (() => void)[] = []
  let waitingChars = 0
  let lastReadyAtMs = 0
  let stopped = false

  function add(item: Item): void {
    lastReadyAtMs = Math.max(lastReadyAtMs, world.nowMs + lane.delayMs())
    queue.push({ readyAtMs: lastReadyAtMs, item })
    if (item.kind === 'text') waitingChars += item.text.length
    world.after(lastReadyAtMs - world.nowMs, next)
  }

  /** One at a time: what an arrival sets off comes before the next. */
  function next(): void {
    const first = queue[0]
    if (stopped || lane.isBlocked || !first || first.readyAtMs > world.nowMs) return
    queue.shift()
    if (first.item.kind === 'text') waitingChars -= first.item.text.length
    if (queue.length > 0) world.after(0, next)
    else settle()
    arrived(first.item)
  }

  function settle(): void {
    const listeners = emptied
    emptied = []
    for (const listener of listeners) listener()
  }

  /** Loses a frame, repeats it, lets the one behind it overtake, or changes a character. */
  function damage(item: Item & { kind: 'text' }): void {
    const { text } = item
    const at = chance.whole(0, text.length - 1)
    const kind = chance.pick(['lose', 'repeat', 'later', 'change'] as const)
    if (kind === 'later') world.after(chance.ms(0, 50), () => stopped || add(item))
    if (kind === 'change') add({ ...item, text: `${text.slice(0, at)}~${text.slice(at + 1)}` })
    if (kind === 'repeat') {
      add(item)
      add(item)
    }
  }

  const unlisten = lane.onHeal(next)
  return {
    push: (item) => {
      if (stopped) return
      if (item.kind === 'text' && lane.tampered()) damage(item)
      else add(item)
    },
    get waitingChars() {
      return waitingChars
    },
    whenEmpty: (listener) => {
      if (queue.length === 0 || stopped) listener()
      else emptied.push(listener)
    },
    stop: () => {
      stopped = true
      unlisten()
      settle()
    },
  }
}
