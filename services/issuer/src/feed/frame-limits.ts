import type { Clock, VerifierMessage } from '@latchkey/protocol'
import { FEED_MAX_PAYLOAD_BYTES } from './connection.ts'

/** Weight a second. A healthy verifier sends about two frames; a burst after a reconnect is larger. */
const MOST_WEIGHT_PER_SECOND = 500
/** Those that are answered with the whole log or written to the directory count for more. */
const WEIGHTS: Readonly<Partial<Record<VerifierMessage['t'], number>>> = { resync: 25, routes: 25 }
/** What may wait to be answered: one whole route catalogue, and everything else beside it. */
const MOST_WAITING_CHARS = 2 * FEED_MAX_PAYLOAD_BYTES
/** A waiting frame costs more than its text: some 500 may wait, however short. */
const LEAST_CHARS = 2048

export interface FrameLimits {
  /** False: too much, too often. */
  take(kind: VerifierMessage['t'], chars: number): boolean
  /** A frame that was taken has been answered. */
  done(chars: number): void
}

/** What a verifier may cost: its frames a second by weight, and its unanswered text. */
export function frameLimits(clock: Pick<Clock, 'monotonicMs'>): FrameLimits {
  let second = -1
  let weight = 0
  let waiting = 0
  return {
    take: (kind, chars) => {
      const now = Math.floor(clock.monotonicMs() / 1000)
      if (now !== second) {
        second = now
        weight = 0
      }
      weight += WEIGHTS[kind] ?? 1
      waiting += Math.max(chars, LEAST_CHARS)
      return weight <= MOST_WEIGHT_PER_SECOND && waiting <= MOST_WAITING_CHARS
    },
    done: (chars) => {
      waiting -= Math.max(chars, LEAST_CHARS)
    },
  }
}
