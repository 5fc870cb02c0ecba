import { connect, createServer, type Socket } from 'node:net'
import type { LinkPlan } from './plan.ts'

/** A TCP proxy between two parts of the cluster, and what can happen on the way. */
export interface TcpLink {
  readonly name: string
  /** Cuts what is open (the peers see a reset) and refuses what is new, until it is mended. */
  cut(): void
  /** Passes nothing on and closes nothing, as when a cable is pulled. */
  stall(): void
  /** Holds back each piece for so long; the order stays. */
  delay(ms: number): void
  mend(): void
  /** Listens no more; resolves when every connection is gone. */
  close(): Promise<void>
}

type State = { readonly kind: 'open' | 'cut' | 'stalled' } | { readonly kind: 'slow'; ms: number }

export async function openLink(plan: LinkPlan): Promise<TcpLink> {
  let state: State = { kind: 'open' }
  const pairs = new Set<Pair>()
  const server = createServer((near) => {
    if (state.kind === 'cut') {
      near.resetAndDestroy()
      return
    }
    const pair = join(near, connect(plan.to), () => state)
    pairs.add(pair)
    void pair.closed.then(() => pairs.delete(pair))
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(plan.listen, resolve)
  await promise
  const become = (next: State) => {
    state = next
    for (const pair of pairs) pair.changed()
  }
  const cutAll = () => {
    for (const pair of pairs) pair.reset()
  }
  return {
    name: plan.name,
    cut: () => {
      become({ kind: 'cut' })
      cutAll()
    },
    stall: () => become({ kind: 'stalled' }),
    delay: (ms) => become({ kind: 'slow', ms }),
    mend: () => become({ kind: 'open' }),
    close: async () => {
      const closed = new Promise<void>((done) => server.close(() => done()))
      cutAll()
      await closed
    },
  }
}

interface Pair {
  readonly closed: Promise<void>
  /** The state of the link is another one. */
  changed(): void
  reset(): void
}

/** Two sockets that hand on to each other whatever the state of the link lets through. */
function join(near: Socket, far: Socket, stateNow: () => State): Pair {
  const ways = [way(near, far, stateNow), way(far, near, stateNow)]
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  let left = 2
  for (const socket of [near, far]) {
    const other = socket === near ? far : near
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      // Behind a pulled cable nobody hears that the other side has gone.
      if (stateNow().kind !== 'stalled') other.destroy()
      left -= 1
      if (left === 0) resolve()
    })
  }
  return {
    closed,
    changed: () => {
      for (const one of ways) one.changed()
      // What ended while nothing was passed on is told now.
      if (stateNow().kind === 'stalled') return
      if (near.destroyed) far.destroy()
      if (far.destroyed) near.destroy()
    },
    reset: () => {
      near.resetAndDestroy()
      far.resetAndDestroy()
    },
  }
}

/** One direction: pieces in order, each not before its time. */
function way(from: Socket, to: Socket, stateNow: () => State) {
  const waiting: { piece: Buffer; dueMs: number }[] = []
  let timer: NodeJS.Timeout | undefined

  function pump(): void {
    clearTimeout(timer)
    timer = undefined
    if (stateNow().kind === 'stalled') return
    for (;;) {
      const [next] = waiting
      if (!next) break
      const leftMs = stateNow().kind === 'slow' ? next.dueMs - performance.now() : 0
      if (leftMs > 0) {
        timer = setTimeout(pump, leftMs)
        return
      }
      waiting.shift()
      if (!to.destroyed && !to.write(next.piece)) break
    }
    if (waiting.length === 0) from.resume()
    else timer = setTimeout(pump, 1)
  }

  from.on('data', (piece: Buffer) => {
    const state = stateNow()
    const dueMs = performance.now() + (state.kind === 'slow' ? state.ms : 0)
    waiting.push({ piece, dueMs })
    // A peer that sends on is held back by TCP itself.
    if (waiting.length > 64 || state.kind === 'stalled') from.pause()
    pump()
  })
  from.on('end', () => {
    if (stateNow().kind !== 'stalled') to.end()
  })
  from.on('close', () => clearTimeout(timer))
  return { changed: pump }
}
