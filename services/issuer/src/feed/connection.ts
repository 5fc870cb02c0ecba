/** One verifier on the feed: what was sent to it, what it acknowledged, and the rule that keeps both in order. */
import {
  type ByeMessage,
  type FeedPosition,
  type IssuerMessage,
  LIMITS,
  type LogEntry,
} from '@latchkey/protocol'
import { entryFor } from './audience-filter.ts'
import type { Confirmation } from './lease-clock.ts'
import type { LogTail } from './log-tail.ts'

/** The part of a `ws` socket that is used, so that tests can pass their own. */
export interface FeedSocket {
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
}

export interface VerifierConnection {
  readonly id: string
  readonly audience: string
  /** Where this verifier has said it is, by partition. */
  acked(partition: number): { epoch: number; offset: number } | undefined
  /** Delta when its position is ours, otherwise a snapshot, for every partition. */
  place(positions: readonly FeedPosition[]): void
  /** Passes on new entries; a verifier that was never placed gets nothing. */
  append(epoch: number, entries: readonly LogEntry[]): void
  snapshot(partition: number): void
  /** False for an ack that runs ahead of what was sent: the verifier lies or is broken. */
  ack(partition: number, epoch: number, offset: number): boolean
  lease(id: number, confirmation: Confirmation | undefined, nowMs: number): void
  send(message: IssuerMessage): void
  bye(reason: string, retry: boolean): void
}

/** A verifier that stops reading is cut off before it costs more; it comes back and takes a snapshot. */
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024
/** About 40 KB of frame: below the frame limit of every verifier. */
const ENTRIES_PER_FRAME = 300

export interface ConnectionDeps {
  readonly id: string
  readonly audience: string
  readonly socket: FeedSocket
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after'>
  readonly partitions: number
  readonly leaseMs: number
}

export function verifierConnection(deps: ConnectionDeps): VerifierConnection {
  const sent = new Map<number, FeedPosition>()
  const acked = new Map<number, { epoch: number; offset: number }>()

  function send(message: IssuerMessage): void {
    if (deps.socket.bufferedAmount > MOST_BUFFERED_BYTES) {
      deps.socket.close(1013, 'reads too slowly')
      return
    }
    deps.socket.send(JSON.stringify(message))
  }

  function sendEntries(epoch: number, entries: readonly LogEntry[]): void {
    for (let i = 0; i < entries.length; i += ENTRIES_PER_FRAME) {
      const part = entries.slice(i, i + ENTRIES_PER_FRAME)
      send({ t: 'entries', epoch, entries: part.map((entry) => entryFor(deps.audience, entry)) })
    }
  }

  function snapshot(partition: number): void {
    const position = deps.tail.position(partition)
    const entries = deps.tail.living(partition)
    for (let i = 0; i === 0 || i < entries.length; i += ENTRIES_PER_FRAME) {
      const part = entries.slice(i, i + ENTRIES_PER_FRAME)
      send({
        t: 'snapshot',
        position,
        entries: part.map((entry) => entryFor(deps.audience, entry)),
        first: i === 0,
        more: i + ENTRIES_PER_FRAME < entries.length,
      })
    }
    sent.set(partition, position)
  }

  function placePartition(partition: number, position: FeedPosition | undefined): void {
    const entries = position && deps.tail.after(position)
    if (!entries) {
      snapshot(partition)
      return
    }
    const { epoch } = deps.tail.position(partition)
    sendEntries(epoch, entries)
    sent.set(partition, deps.tail.position(partition))
  }

  return {
    id: deps.id,
    audience: deps.audience,
    acked: (partition) => acked.get(partition),
    place: (positions) => {
      for (let partition = 0; partition < deps.partitions; partition++) {
        placePartition(
          partition,
          positions.find((position) => position.p === partition),
        )
      }
    },
    append: (epoch, entries) => {
      const [first] = entries
      const last = entries.at(-1)
      const before = first && sent.get(first.p)
      if (!first || !last || !before) return
      if (before.epoch !== epoch || before.offset + 1 !== first.o) {
        snapshot(first.p)
        return
      }
      sendEntries(epoch, entries)
      sent.set(first.p, { p: first.p, epoch, offset: last.o, digest: last.d })
    },
    snapshot,
    ack: (partition, epoch, offset) => {
      const limit = sent.get(partition)
      if (!limit || epoch > limit.epoch) return false
      if (epoch === limit.epoch && offset > limit.offset) return false
      const before = acked.get(partition)
      const forward = !before || epoch > before.epoch || offset > before.offset
      if (forward && epoch === limit.epoch) acked.set(partition, { epoch, offset })
      return true
    },
    lease: (id, confirmation, nowMs) => {
      if (!confirmation) return
      const ageMs = nowMs - confirmation.begunAtMs
      const delivered = confirmation.positions.every((position) => {
        const have = sent.get(position.p)
        return have?.epoch === position.epoch && have.offset >= position.offset
      })
      // An answer that cannot extend the lease is not worth its bytes; silence lets the lease run out.
      if (!delivered || ageMs >= deps.leaseMs) return
      send({ t: 'lease', id, positions: confirmation.positions, ageMs, ttlMs: deps.leaseMs })
    },
    send,
    bye: (reason, retry) => {
      const message: ByeMessage = { t: 'bye', reason, retry }
      send(message)
      deps.socket.close(retry ? 1012 : 1008, reason)
    },
  }
}

export const FEED_MAX_PAYLOAD_BYTES = 8 * LIMITS.feedFrameBytes
