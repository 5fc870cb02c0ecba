/** Counts guesses at passwords before they are looked at, so that many at once are no more than one after the other. */
import { usernameKey } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import type { Attempt, Store } from '@latchkey/store'
import { GUESSING_LIMITS, KNOWN_NETWORK_SECONDS } from './guessing-limits.ts'
import { networkOf } from './network-of.ts'

export interface PasswordGuess {
  readonly username: string
  /** Of the caller, as the server was told by its connection or by a trusted proxy. */
  readonly address: string
  readonly now: number
}

export interface PasswordGuesses {
  /** Counts one guess. A blocked one is not looked at, whatever it holds, and counts nowhere. */
  count(guess: PasswordGuess): Promise<Attempt>
  /** It was right: the account begins anew and knows this network; of the network only this guess is forgotten. */
  wasRight(guess: PasswordGuess): Promise<void>
  /** It was not looked at after all. */
  notMade(guess: PasswordGuess): Promise<void>
}

type Counter = 'accountInNetwork' | 'account' | 'network'
const COUNTERS = ['accountInNetwork', 'account', 'network'] as const

export function passwordGuesses({
  throttle,
  oneTime,
}: Pick<Store, 'throttle' | 'oneTime'>): PasswordGuesses {
  const giveBack = async (guess: PasswordGuess, counters: readonly Counter[]) => {
    const keys = keysOf(guess)
    await Promise.all(
      counters.map((name) => throttle.giveBack(purposeOf(name), keys[name], guess.now)),
    )
  }
  return {
    async count(guess) {
      const keys = keysOf(guess)
      const attempts = await Promise.all(
        COUNTERS.map(async (name) => ({
          name,
          attempt: await throttle.attempt(
            purposeOf(name),
            keys[name],
            GUESSING_LIMITS[name],
            guess.now,
          ),
        })),
      )
      const blocked = attempts.flatMap(({ name, attempt }) =>
        attempt.kind === 'blocked' ? [{ name, seconds: attempt.retryAfterSeconds }] : [],
      )
      if (blocked.length === 0) return { kind: 'allowed' }
      if (blocked.every(({ name }) => name === 'account') && (await isKnown(keys, guess.now))) {
        return { kind: 'allowed' }
      }
      // Otherwise a network that is blocked could go on using up the guesses of the accounts.
      await giveBack(
        guess,
        attempts.filter(({ attempt }) => attempt.kind === 'allowed').map(({ name }) => name),
      )
      return {
        kind: 'blocked',
        retryAfterSeconds: Math.max(...blocked.map(({ seconds }) => seconds)),
      }
    },

    async wasRight(guess) {
      const keys = keysOf(guess)
      await Promise.all([
        throttle.clear(purposeOf('accountInNetwork'), keys.accountInNetwork),
        throttle.clear(purposeOf('account'), keys.account),
        // Never cleared: who has an account could guess at others, and sign in to their own in between.
        giveBack(guess, ['network']),
        oneTime.put(KNOWN, keys.accountInNetwork, '1', KNOWN_NETWORK_SECONDS, guess.now),
      ])
    },

    notMade: async (guess) => await giveBack(guess, COUNTERS),
  }

  async function isKnown(keys: ReturnType<typeof keysOf>, now: number): Promise<boolean> {
    return (await oneTime.peek(KNOWN, keys.accountInNetwork, now)) !== undefined
  }
}

const KNOWN = 'known-network'

function purposeOf(name: Counter): string {
  return `password-${name}`
}

/** One counter for all spellings of a user name, whether or not anybody has it. */
function keysOf({ username, address }: PasswordGuess): Readonly<Record<Counter, string>> {
  const account = usernameKey(username) ?? username.slice(0, LIMITS.usernameChars)
  const network = networkOf(address)
  return { accountInNetwork: `${network} ${account}`, account, network }
}
