/** A person chooses another password: NIST SP 800-63B sections 3.1.1.2 and 3.2.2. Each try costs two hashes, so tries are counted. */
import type { User, Users } from '@latchkey/directory'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import type { NewPasswordError } from '../pages/new-password-page.ts'
import type { PasswordGuesses } from './password-guesses.ts'

export type ChosenPassword =
  | { readonly kind: 'hashed'; readonly passwordHash: string }
  | { readonly kind: 'refused'; readonly error: NewPasswordError }

export type ChoosePassword = (
  user: Pick<User, 'username'>,
  given: { readonly password: string; readonly again: string; readonly address: string },
) => Promise<ChosenPassword>

export interface ChoosePasswordDeps {
  readonly users: Pick<Users, 'checkPassword' | 'hashPassword'>
  readonly guesses: PasswordGuesses
  readonly clock: Clock
}

/** The hash of a password that is none of before. Counted as a guess at that one, because that is what a try tells. */
export function choosePassword(deps: ChoosePasswordDeps): ChoosePassword {
  return async ({ username }, { password, again, address }) => {
    if (password !== again) return refused({ kind: 'different' })
    const guess = { username, address, now: nowSeconds(deps.clock) }
    const counted = await deps.guesses.count(guess)
    if (counted.kind === 'blocked') return refused({ ...counted, kind: 'throttled' })
    const compared = await deps.users.checkPassword(username, password)
    if (compared.kind === 'busy') {
      await counted.notMade()
      return refused(compared)
    }
    if (compared.kind === 'ok') {
      await counted.wasWrong()
      return refused({ kind: 'same' })
    }
    const hashed = await hash(password, deps)
    await (hashed.kind === 'hashed' ? counted.wasRight() : counted.notMade())
    return hashed
  }
}

async function hash(password: string, { users }: ChoosePasswordDeps): Promise<ChosenPassword> {
  try {
    return { kind: 'hashed', passwordHash: await users.hashPassword(password) }
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    return refused({ kind: error.code === 'password-too-long' ? 'long' : 'short' })
  }
}

function refused(error: NewPasswordError): ChosenPassword {
  return { kind: 'refused', error }
}
