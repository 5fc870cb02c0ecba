/** How many wrong codes may be tried: RFC 8628 section 5.1. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Attempt, Throttle } from '@latchkey/store'
import { networkOf } from '../people/network-of.ts'

const WINDOW_SECONDS = 600

/**
 * With a thousand devices waiting at once, all people together hit one of them by chance once in 8,500 of these windows.
 * Only people who are signed in can try at all.
 */
const RULES = {
  'device-person': { limit: 10, windowSeconds: WINDOW_SECONDS },
  /** Many people sit behind one address. */
  'device-network': { limit: 100, windowSeconds: WINDOW_SECONDS },
  'device-all': { limit: 3000, windowSeconds: WINDOW_SECONDS },
} as const

export interface Guesser {
  readonly sub: string
  readonly address: string
}

type Blocked = Extract<Attempt, { kind: 'blocked' }>

export interface GuessLimit {
  /** Counts one try, before anything is looked up; gives what blocks it. */
  attempt(guesser: Guesser): Promise<Blocked | undefined>
  /** It was no guess: the code is right. */
  giveBack(guesser: Guesser): Promise<void>
}

export function guessLimit(deps: { throttle: Throttle; clock: Clock }): GuessLimit {
  const keysOf = ({ sub, address }: Guesser) =>
    [
      ['device-person', sub],
      ['device-network', networkOf(address)],
      ['device-all', ''],
    ] as const
  return {
    attempt: async (guesser) => {
      const now = nowSeconds(deps.clock)
      // One after the other: what the first one blocks must not use up what everybody shares.
      for (const [purpose, key] of keysOf(guesser)) {
        const attempt = await deps.throttle.attempt(purpose, key, RULES[purpose], now)
        if (attempt.kind === 'blocked') return attempt
      }
      return undefined
    },
    giveBack: async (guesser) => {
      const now = nowSeconds(deps.clock)
      await Promise.all(
        keysOf(guesser).map(([purpose, key]) => deps.throttle.giveBack(purpose, key, now)),
      )
    },
  }
}
