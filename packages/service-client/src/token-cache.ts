import type { Clock } from '@latchkey/protocol'
import type { AccessToken } from './token-response.ts'

/** The successor is fetched when so much of a token's life is left. */
const EARLY_SHARE = 0.2

/** After a successor could not be had, while the token itself still serves. */
const RETRY_MS = 1000

export interface TokenCache {
  /** The token under this key, or the one that `obtain` brings. Callers that wait at the same time share one `obtain`. */
  get(key: string, obtain: () => Promise<AccessToken>): Promise<AccessToken>
  /** The token has been refused: it is not given out again. */
  drop(key: string, token: AccessToken): void
}

interface Slot {
  current: AccessToken | undefined
  pending: Promise<AccessToken> | undefined
  /** Before that no successor is fetched in the background. */
  notBeforeMs: number
}

/** Remembers `size` tokens; the one that was not asked for the longest gives way. */
export function tokenCache(size: number, clock: Pick<Clock, 'monotonicMs'>): TokenCache {
  /** In the order of their last use: a Map keeps the order of insertion. */
  const slots = new Map<string, Slot>()

  function slotOf(key: string): Slot {
    const slot = slots.get(key) ?? { current: undefined, pending: undefined, notBeforeMs: 0 }
    slots.delete(key)
    slots.set(key, slot)
    if (slots.size > size) {
      const [oldest] = slots.keys()
      if (oldest !== undefined) slots.delete(oldest)
    }
    return slot
  }

  async function fill(slot: Slot, obtain: () => Promise<AccessToken>): Promise<AccessToken> {
    try {
      slot.current = await obtain()
      return slot.current
    } finally {
      slot.pending = undefined
    }
  }

  return {
    get(key, obtain) {
      const slot = slotOf(key)
      const nowMs = clock.monotonicMs()
      const { current } = slot
      if (current === undefined || nowMs >= current.expiresAtMs) {
        slot.pending ??= fill(slot, obtain)
        return slot.pending
      }
      if (slot.pending === undefined && nowMs >= Math.max(earlyMs(current), slot.notBeforeMs)) {
        slot.pending = fill(slot, obtain)
        // Nobody waits for this one. If it fails while the token serves, the next try comes a little later.
        slot.pending.catch(() => {
          slot.notBeforeMs = clock.monotonicMs() + RETRY_MS
        })
      }
      return Promise.resolve(current)
    },
    drop(key, token) {
      const slot = slots.get(key)
      if (slot?.current === token) slot.current = undefined
    },
  }
}

function earlyMs({ issuedAtMs, expiresAtMs }: AccessToken): number {
  return expiresAtMs - (expiresAtMs - issuedAtMs) * EARLY_SHARE
}
