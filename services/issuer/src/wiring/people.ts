import type { Directory } from '@latchkey/directory'
import { type Clock, type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { refusedSignIns } from '../audit/refused-sign-ins.ts'
import { checkCredentials } from '../people/check-credentials.ts'
import { choosePassword } from '../people/choose-password.ts'
import { codeSecrets } from '../people/code-secrets.ts'
import { oneTimeCodes } from '../people/one-time-codes.ts'
import { passwordGuesses } from '../people/password-guesses.ts'
import type { Keys } from './keys.ts'

export interface PeopleDeps extends Pick<Keys, 'codeSecretKey'> {
  readonly store: Pick<Store, 'log' | 'partitions' | 'throttle' | 'oneTime'>
  readonly directory: Pick<Directory, 'users' | 'audit'>
  readonly clock: Clock
  readonly random: Random
  /** Absent: the timers of the process. */
  readonly scheduler?: Scheduler | undefined
  readonly log: Pick<FastifyBaseLogger, 'error'>
}

/** How people prove who they are, by page or by program. */
export function wirePeople(deps: PeopleDeps) {
  const { codeSecretKey, store, directory, clock, random, scheduler = systemScheduler } = deps
  const { users, audit } = directory
  const refused = refusedSignIns({ users, audit, clock, scheduler, log: deps.log })
  const secrets = codeSecrets({ sealingKey: codeSecretKey, random })
  const codes = oneTimeCodes({ store, users, secrets })
  const guesses = passwordGuesses(store)
  return {
    secrets,
    codes,
    refused,
    checkCredentials: checkCredentials({ store, users, clock, codes, guesses, refused }),
    choosePassword: choosePassword({ users, guesses, clock }),
  }
}

export type People = ReturnType<typeof wirePeople>
