/** One verifier on the feed: its place in the log, what it acknowledged, and the leases that it gets. */
import { FEED_CODECS, type FeedEncoding } from '@latchkey/feed'
import {
  type FeedFrame,
  type FeedKey,
  type FeedPosition,
  feedFrame,
  type IssuerMessage,
  LIMITS,
} from '@latchkey/protocol'
import { type Delivery, delivery } from './delivery.ts'
import type { FrameShelf } from './frame-shelf.ts'
import type { Confirmation } from './lease-clock.ts'
import type { LogTail } from './log-tail.ts'

/** An authenticated line to a verifier. Whoever implements it seals each frame for this session (feed-session.ts). */
export interface FeedSocket {
  readonly encoding: FeedEncoding
  readonly bufferedAmount: number
  send(frame: FeedFrame): void
  /** An HS256 key as only this verifier can read it: compact JWE. */
  wrapKey(kid: string, k: string): string
  /** Resolves when everything that was sent has been passed on to the network, or the socket is gone. */
  drained(): Promise<void>
  /** Closes; whoever does not answer soon is cut off. */
  end(code: number, reason: string): void
  /** Cuts off at once. */
  terminate(): void
}

export interface VerifierConnection extends Pick<Delivery, 'place' | 'append' | 'snapshot'> {
  readonly id: string
  readonly audience: string
  /** Where this verifier has said it is. */
  acked(partition: number): { epoch: number; offset: number } | undefined
  /** False for an ack that runs ahead of what was sent: the verifier lies or is broken. */
  ack(partition: number, epoch: number, offset: number): boolean
  /** Answers `lease?`, or stays silent when the answer could not extend the lease. */
  lease(id: number, confirmation: Confirmation | undefined, nowMs: number): void
  send(message: IssuerMessage): void
  /** Replaces the keys of the verifier. */
  giveKeys(keys: readonly FeedKey[]): void
}

/** The largest frame that a verifier may send: its whole route catalogue. */
export const FEED_MAX_PAYLOAD_BYTES = 8 * LIMITS.feedFrameBytes

/** A verifier that stops reading is cut off before it costs more; it comes back and takes a snapshot. */
const MOST_BUFFERED_BYTES = 4 * 1024 * 1024
/** A snapshot may be longer than that: it goes on only when the network has taken what is there. */
const ENOUGH_BUFFERED_BYTES = 512 * 1024

export interface ConnectionDeps {
  readonly id: string
  readonly audience: string
  readonly socket: FeedSocket
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after'>
  readonly shelf: FrameShelf
  readonly partitions: number
  readonly leaseMs: number
}

export function verifierConnection(deps: ConnectionDeps): VerifierConnection {
  const { id, audience, socket } = deps
  const acked = new Map<number, { epoch: number; offset: number }>()
  const codec = FEED_CODECS[socket.encoding]
  let tooSlow = false
  /** As the last lease had them. */
  let leased: readonly FeedPosition[] = []

  function sendFrame(frame: FeedFrame): void {
    // Once something was left out, nothing may follow it.
    if (tooSlow) return
    tooSlow = socket.bufferedAmount > MOST_BUFFERED_BYTES
    if (tooSlow) socket.end(1013, 'reads too slowly')
    else socket.send(frame)
  }

  const send = (message: IssuerMessage) => sendFrame(feedFrame(message.t, codec.encode(message)))

  function giveKeys(keys: readonly FeedKey[]): void {
    const wrapped = keys.map(({ k, ...key }) =>
      k === undefined ? key : { ...key, jwe: socket.wrapKey(key.kid, k) },
    )
    send({ t: 'keys', keys: wrapped })
  }

  function note({ p, epoch, offset }: Pick<FeedPosition, 'p' | 'epoch' | 'offset'>): void {
    const before = acked.get(p)
    const isNew =
      !before || epoch > before.epoch || (epoch === before.epoch && offset > before.offset)
    if (isNew) acked.set(p, { epoch, offset })
  }

  const delivered = delivery({
    ...deps,
    encoding: socket.encoding,
    send: sendFrame,
    // Where it goes on from is what it has applied.
    resumed: note,
    isFull: () => !tooSlow && socket.bufferedAmount > ENOUGH_BUFFERED_BYTES,
    drained: socket.drained,
    failed: () => socket.end(1011, 'try again'),
  })

  return {
    id,
    audience,
    place: delivered.place,
    append: delivered.append,
    snapshot: delivered.snapshot,
    send,
    giveKeys,
    acked: (partition) => acked.get(partition),
    ack: (partition, epoch, offset) => {
      const reach = delivered.reach(partition)
      if (!reach || epoch > reach.epoch) return false
      if (epoch < reach.epoch) return true
      if (offset > reach.offset) return false
      note({ p: partition, epoch, offset })
      return true
    },
    lease: (requestId, confirmation, nowMs) => {
      if (!confirmation) return
      // Rounded up: a lease may end too early, and the digits behind the point would be a tenth of what an idle feed sends.
      const ageMs = Math.ceil(nowMs - confirmation.begunAtMs)
      if (ageMs >= deps.leaseMs || !covers(delivered, confirmation)) return
      const { positions } = confirmation
      const isNews = !isSamePlaces(positions, leased)
      leased = positions
      send({ t: 'lease', id: requestId, ...(isNews && { positions }), ageMs, ttlMs: deps.leaseMs })
    },
  }
}

function isSamePlaces(these: readonly FeedPosition[], those: readonly FeedPosition[]): boolean {
  return (
    these.length === those.length &&
    these.every(({ p, epoch, offset, digest }, i) => {
      const other = those[i]
      return (
        p === other?.p &&
        epoch === other.epoch &&
        offset === other.offset &&
        digest === other.digest
      )
    })
  )
}

/** Everything up to the confirmed write has been sent to this verifier. */
function covers(delivered: Delivery, confirmation: Confirmation): boolean {
  return confirmation.positions.every((position) => {
    const sent = delivered.sent(position.p)
    return sent?.epoch === position.epoch && sent.offset >= position.offset
  })
}
