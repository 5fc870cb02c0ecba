/** Which verifiers have applied what was ended, and by when the others cannot accept it any more: docs/protocol/receipts.md. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { PresenceStore, VerifierPresence } from '@latchkey/store'
import type { FeedHub } from '../feed/hub.ts'
import { aliveSecondsOf, identityOf, type KnownVerifiers, presenceOf } from './known-verifiers.ts'

export interface Receipt {
  readonly instance: string
  readonly audience: string
  readonly state: 'applied' | 'waiting' | 'offline'
  /** Milliseconds from when the end was asked for until this process saw that it was applied. */
  readonly afterMs?: number
}

export interface Ended {
  /** What has to be applied: the newest entry in each partition. */
  readonly positions: readonly { partition: number; epoch: number; offset: number }[]
  /** Whose tokens it is about; undefined: everybody's. */
  readonly audience?: string | undefined
  /** Monotonic, when it was asked for. */
  readonly askedAtMs: number
}

export interface Tracking {
  receipts(): readonly Receipt[]
  /** False when the store could not be asked: there may be verifiers at other processes. */
  complete(): boolean
  /** Resolves when every verifier that was connected has applied it. */
  readonly settled: Promise<void>
  /** Calls back when a receipt has changed. */
  onChange(listener: () => void): void
  stop(): void
}

export interface ReceiptTracker {
  /** Who was there a moment ago. Ask for it while the end is under way: it never throws. */
  before(): Promise<Audience>
  track(ended: Ended, before: Audience): Tracking
  close(): void
}

export type Audience = Awaited<ReturnType<KnownVerifiers['all']>>

interface Seen extends Pick<Audience, 'verifiers'> {
  /** Of a list of all: its number, and whether all are in it. */
  readonly list?: { readonly number: number; readonly complete: boolean }
}

/** Many ends at once share a look at who is there; each looks again after its end, so nobody is overlooked. */
const SHARED_LOOK_MS = 250

export interface ReceiptTrackerDeps {
  readonly known: KnownVerifiers
  readonly hub: Pick<FeedHub, 'listen'>
  readonly presence: Pick<PresenceStore, 'watch'>
  readonly process: string
  readonly partitions: number
  readonly leaseMs: number
  readonly clock: Clock
}

interface Line {
  verifier: VerifierPresence
  /** It was connected at some time since the end: an answer waits for it. */
  awaited: boolean
  afterMs?: number
}

export function receiptTracker(deps: ReceiptTrackerDeps): ReceiptTracker {
  /** Only who left so lately that a lease may still be good: of the others nothing is to be feared. */
  const keepSeconds = aliveSecondsOf(deps.leaseMs) + Math.ceil(deps.leaseMs / 1000) + 1
  const watchers = new Set<(seen: Seen) => void>()
  let asking = false
  let askAgain = false
  let lists = 0
  let recent: { readonly atMs: number; readonly seen: Promise<Audience> } | undefined

  const told = (seen: Seen) => {
    for (const watcher of watchers) watcher(seen)
  }

  /** One question at a time serves all that wait, however many hints arrive meanwhile. */
  async function ask(): Promise<void> {
    askAgain = true
    if (asking) return
    asking = true
    while (askAgain && watchers.size > 0) {
      askAgain = false
      const number = ++lists
      const { verifiers, complete } = await deps.known.all(keepSeconds)
      told({ verifiers, list: { number, complete } })
    }
    asking = false
  }

  const unlisten = deps.hub.listen((member, change) => {
    if (watchers.size === 0) return
    const verifier = presenceOf(member, deps)
    const gone = change === 'left' && { goneAt: nowSeconds(deps.clock) }
    told({ verifiers: [{ ...verifier, ...gone }] })
  })
  const unwatch = deps.presence.watch(() => void ask())

  return {
    before: () => {
      const atMs = deps.clock.monotonicMs()
      if (!recent || atMs - recent.atMs > SHARED_LOOK_MS) {
        recent = { atMs, seen: deps.known.all(keepSeconds) }
      }
      return recent.seen
    },
    track: (ended, before) => {
      const tracking = follow(ended, { ...before, nextList: lists + 1 }, deps)
      const watcher = tracking.see
      watchers.add(watcher)
      const stop = () => void watchers.delete(watcher)
      void tracking.settled.then(stop)
      watcher({ verifiers: deps.known.own() })
      void ask()
      return { ...tracking, stop }
    },
    close: () => {
      unlisten()
      unwatch()
    },
  }
}

function follow(
  ended: Ended,
  before: Audience & { readonly nextList: number },
  { clock }: Pick<ReceiptTrackerDeps, 'clock'>,
) {
  const lines = new Map<string, Line>()
  const listeners = new Set<() => void>()
  const endedAt = nowSeconds(clock)
  /** Whether a list that was made after the end has come. */
  let looked = false
  let complete = before.complete
  /** Lines that an answer waits for: counted, for a thousand acknowledgements must not look through a thousand lines each. */
  let open = 0
  const { promise: settled, resolve } = Promise.withResolvers<void>()

  function see({ verifiers, list }: Seen): void {
    let changed = false
    if (list && list.number >= before.nextList) {
      looked = true
      complete &&= list.complete
    }
    for (const verifier of verifiers) changed = note(verifier) || changed
    if (changed) for (const listener of listeners) listener()
    if (looked && open === 0) resolve()
  }

  /** True when a receipt is another one now. */
  function note(verifier: VerifierPresence): boolean {
    if (ended.audience !== undefined && verifier.audience !== ended.audience) return false
    const identity = identityOf(verifier)
    const known = lines.get(identity)
    // Who comes later is given everything that has ended before anything else.
    if (!known && verifier.connectedAt > endedAt) return false
    const line: Line = known ?? { verifier, awaited: false }
    const was = stateOf(line)
    if (isOpen(line)) open -= 1
    line.verifier = verifier
    line.awaited ||= verifier.goneAt === undefined
    if (line.afterMs === undefined && covers(verifier, ended)) {
      line.afterMs = clock.monotonicMs() - ended.askedAtMs
    }
    if (isOpen(line)) open += 1
    lines.set(identity, line)
    return !known || was !== stateOf(line)
  }

  for (const verifier of before.verifiers) note(verifier)
  return {
    see,
    settled,
    complete: () => complete,
    onChange: (listener: () => void) => void listeners.add(listener),
    receipts: () => [...lines.values()].map(receiptOf),
  }
}

function covers({ applied }: VerifierPresence, { positions }: Ended): boolean {
  // In another epoch offsets mean something else. The entry is brought there, too, but nothing tells from here that it has arrived.
  return positions.every(({ partition, epoch, offset }) =>
    applied.some(
      (one) => one.partition === partition && one.epoch === epoch && one.offset >= offset,
    ),
  )
}

function isOpen({ awaited, afterMs }: Line): boolean {
  return awaited && afterMs === undefined
}

function stateOf({ verifier, afterMs }: Line): Receipt['state'] {
  if (afterMs !== undefined) return 'applied'
  return verifier.goneAt === undefined ? 'waiting' : 'offline'
}

function receiptOf(line: Line): Receipt {
  const { instance, audience } = line.verifier
  const after = line.afterMs !== undefined && { afterMs: line.afterMs }
  return { instance, audience, state: stateOf(line), ...after }
}
