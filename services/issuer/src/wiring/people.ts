import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { checkCredentials } from '../people/check-credentials.ts'
import { choosePassword } from '../people/choose-password.ts'
import { codeSecrets } from '../people/code-secrets.ts'
import { oneTimeCodes } from '../people/one-time-codes.ts'
import { passwordGuesses } from '../people/password-guesses.ts'
import type { Keys } from './keys.ts'

export interface PeopleDeps extends Pick<Keys, 'codeSecretKey'> {
  readonly store: Pick<Store, 'log' | 'partitions' | 'throttle' | 'oneTime'>
  readonly directory: Pick<Directory, 'users'>
  readonly clock: Clock
  readonly random: Random
}

/** How people prove who they are, by page or by program. */
export function wirePeople({ codeSecretKey, store, directory, clock, random }: PeopleDeps) {
  const { users } = directory
  const secrets = codeSecrets({ sealingKey: codeSecretKey, random })
  const codes = oneTimeCodes({ store, users, secrets })
  const guesses = passwordGuesses(store)
  return {
    secrets,
    codes,
    checkCredentials: checkCredentials({ store, users, clock, codes, guesses }),
    choosePassword: choosePassword({ users, guesses, clock }),
  }
}

export type People = ReturnType<typeof wirePeople>
