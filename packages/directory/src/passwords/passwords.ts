import { type Random, StoreUnavailable } from '@latchkey/protocol'
import { checkNewPassword, passwordText } from '../checks/password.ts'
import { decoyHash, HASHING_COST, type HashingCost, hashText, needsNewHash } from './argon2.ts'
import { type Hashed, type HashingBounds, hashingBounds, hashingQueue } from './hashing-queue.ts'
import { matches } from './password-hash.ts'

/** How passwords are hashed. */
export interface HashingOptions extends Partial<HashingBounds> {
  /** Cost of new hashes; those of another cost are renewed when their owner signs in. Default: `HASHING_COST`. */
  readonly cost?: HashingCost
}

export interface Passwords {
  /** Checks and hashes a password that somebody chooses. StoreUnavailable when too many hashes are waiting. */
  hashNew(password: string): Promise<string>
  /**
   * Compares with what `find` gives once it is this caller's turn; without a hash to compare with, computes one all the
   * same. `renewed` is a hash of today's kind and cost, when the stored one has another.
   */
  compare<Login extends { readonly passwordHash: string | null }>(
    password: string,
    find: () => Promise<Login | undefined>,
  ): Promise<Hashed<{ login: Login | undefined; matched: boolean; renewed?: string }>>
}

export function passwordsWith(random: Random, options: HashingOptions = {}): Passwords {
  const cost = options.cost ?? HASHING_COST
  const queue = hashingQueue({ ...hashingBounds(), ...options })
  const decoy = decoyHash(cost, random)
  return {
    async hashNew(password) {
      const text = checkNewPassword(password, 'password')
      const hashed = await queue.run(() => hashText(text, cost, random))
      if (hashed.kind === 'done') return hashed.value
      throw new StoreUnavailable('Password hashing', {
        retryAfterSeconds: hashed.retryAfterSeconds,
      })
    },

    compare(password, find) {
      return queue.run(async () => {
        const login = await find()
        const stored = login?.passwordHash ?? decoy
        const text = passwordText(password)
        // What is no text matches nothing, and costs what everything costs.
        const matched =
          text === undefined ? await matches(decoy, '') : await matches(stored, password)
        if (!matched || text === undefined || !needsNewHash(stored, cost)) return { login, matched }
        return { login, matched, renewed: await hashText(text, cost, random) }
      })
    },
  }
}
