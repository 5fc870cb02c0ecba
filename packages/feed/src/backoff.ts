/** Waiting times between attempts to connect: exponential with full jitter, so that a thousand verifiers spread out. */
import type { Random } from '@latchkey/protocol'

const FIRST_WINDOW_MS = 50
const LAST_WINDOW_MS = 5000
const REFUSED_MS = 5000
const REFUSED_JITTER_MS = 1000

export interface Backoff {
  /** Milliseconds until the next attempt, from a window that doubles with each call: 50 ms up to 5 s. */
  nextMs(): number
  /** After a refusal that time alone does not heal (wrong credentials, disabled): 5 to 6 s. */
  refusedMs(): number
  /** An attempt succeeded. */
  reset(): void
}

export function backoff(random: Random): Backoff {
  let windowMs = FIRST_WINDOW_MS
  return {
    nextMs: () => {
      const waitMs = fraction(random) * windowMs
      windowMs = Math.min(windowMs * 2, LAST_WINDOW_MS)
      return waitMs
    },
    refusedMs: () => REFUSED_MS + fraction(random) * REFUSED_JITTER_MS,
    reset: () => {
      windowMs = FIRST_WINDOW_MS
    },
  }
}

/** Even in [0, 1). */
function fraction(random: Random): number {
  return random.bytes(4).readUInt32BE() / 2 ** 32
}
