/**
 * Counts guesses at passwords. Those at one account from one network are counted before they are looked at, so that many at once
 * are no more than one after the other. Those that were wrong count for the account and for the network besides; when these
 * are full, each process learns it with the next wrong one, and what it was comparing at that moment comes on top.
 *
 * A sign-in that is right costs one step at the store: what it gives back travels with the next attempt, and nothing is lost
 * with a process but a few attempts of a window.
 */
import { usernameKey } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import type { Attempt, Store } from '@latchkey/store'
import { GUESSING_LIMITS, KNOWN_NETWORK_SECONDS } from './guessing-limits.ts'
import { networkOf } from './network-of.ts'
import { shortMemory } from './short-memory.ts'

export interface PasswordGuess {
  readonly username: string
  /** Of the caller, as the server was told by its connection or by a trusted proxy. */
  readonly address: string
  readonly now: number
}

/** A guess that may be looked at. One of the three is to be called with it afterwards. */
export interface CountedGuess {
  readonly kind: 'allowed'
  wasRight(): Promise<void>
  wasWrong(): Promise<void>
  /** It was not looked at after all. */
  notMade(): Promise<void>
}

export interface PasswordGuesses {
  /** A blocked one is not to be looked at, whatever it holds. */
  count(guess: PasswordGuess): Promise<CountedGuess | Extract<Attempt, { kind: 'blocked' }>>
}

/** Entries that one process remembers, of each kind. */
const MOST_REMEMBERED = 10_000
/** How often a process writes down again that an account knows a network. */
const NOTED_SECONDS = 86_400

type Keys = ReturnType<typeof keysOf>

export function passwordGuesses({
  throttle,
  oneTime,
}: Pick<Store, 'throttle' | 'oneTime'>): PasswordGuesses {
  const full = shortMemory<{ readonly until: number }>(MOST_REMEMBERED)
  const owed = shortMemory<number>(MOST_REMEMBERED)
  const noted = shortMemory<true>(MOST_REMEMBERED)

  /** Seconds for which wrong guesses of others keep this one waiting; 0 when they do not. */
  async function waiting({ account, network, pair }: Keys, now: number): Promise<number> {
    const left = (key: string) => (full.get(key, now)?.until ?? now) - now
    const isHeld = left(account) > 0 && (await oneTime.peek(KNOWN, pair, now)) === undefined
    return Math.max(left(network), isHeld ? left(account) : 0)
  }

  async function wasWrong({ account, network }: Keys, now: number): Promise<void> {
    const count = async (name: 'account' | 'network', key: string) => {
      const rule = GUESSING_LIMITS[name]
      const attempt = await throttle.attempt(`password-${name}`, key, rule, now)
      const isFull = attempt.kind === 'blocked' || attempt.attempts >= rule.limit
      const seconds = attempt.kind === 'blocked' ? attempt.retryAfterSeconds : attempt.secondsLeft
      if (isFull) full.set(key, { until: now + seconds }, now + seconds)
    }
    await Promise.all([count('account', account), count('network', network)])
  }

  async function wasRight({ pair }: Keys, attempts: number, now: number): Promise<void> {
    const { limit, windowSeconds } = GUESSING_LIMITS.accountInNetwork
    if (attempts * 2 < limit) owed.set(pair, (owed.get(pair, now) ?? 0) + 1, now + windowSeconds)
    else await throttle.clear(IN_NETWORK, pair)
    if (noted.get(pair, now)) return
    await oneTime.put(KNOWN, pair, '1', KNOWN_NETWORK_SECONDS, now)
    noted.set(pair, true, now + NOTED_SECONDS)
  }

  return {
    async count(guess) {
      const { now } = guess
      const keys = keysOf(guess)
      const seconds = await waiting(keys, now)
      if (seconds > 0) return { kind: 'blocked', retryAfterSeconds: seconds }
      const back = owed.get(keys.pair, now)
      owed.delete(keys.pair)
      const rule = GUESSING_LIMITS.accountInNetwork
      const attempt = await throttle.attempt(IN_NETWORK, keys.pair, rule, now, back)
      if (attempt.kind === 'blocked') return attempt
      return {
        kind: 'allowed',
        wasRight: () => wasRight(keys, attempt.attempts, now),
        wasWrong: () => wasWrong(keys, now),
        notMade: () => throttle.giveBack(IN_NETWORK, keys.pair, now),
      }
    },
  }
}

const IN_NETWORK = 'password-in-network'
const KNOWN = 'known-network'

/** One account for all spellings of a user name, whether or not anybody has it. Each key says whose it is. */
function keysOf({ username, address }: PasswordGuess) {
  const account = usernameKey(username) ?? username.slice(0, LIMITS.usernameChars)
  const network = networkOf(address)
  return { account: `a ${account}`, network: `n ${network}`, pair: `${network} ${account}` }
}
