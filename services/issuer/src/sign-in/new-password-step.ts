/**
 * "This person has proven who they are, and needs another password": what the page for it carries on. As with the page for the
 * code, nobody is signed in by it. It is bound to the browser, to what the person signs in for, to the place in the log before
 * anything was looked at, to five minutes, and to the password that it is to replace.
 */
import type { KeyObject } from 'node:crypto'
import type { Clock, Position } from '@latchkey/protocol'
import { carriedFacts } from '../keys/carried-facts.ts'
import { type PasswordStepPlace, placeText } from './password-step.ts'

export interface NewPasswordStep {
  readonly sub: string
  readonly rev: Position
  /** The one-time code was right, too. */
  readonly withCode: boolean
  /** Second in which the password that was right was set. */
  readonly passwordChangedAt: number
}

export interface NewPasswordSteps {
  write(step: NewPasswordStep, place: PasswordStepPlace): string
  /** Undefined for anything that was not written at this place less than five minutes ago. */
  read(text: string | undefined, place: PasswordStepPlace): NewPasswordStep | undefined
}

export const NEW_PASSWORD_SECONDS = 300

export function newPasswordSteps(deps: { macKey: KeyObject; clock: Clock }): NewPasswordSteps {
  const carried = carriedFacts({ ...deps, seconds: NEW_PASSWORD_SECONDS })
  return {
    write: ({ sub, rev, withCode, passwordChangedAt }, place) => {
      const numbers = [rev.partition, rev.epoch, rev.offset, Number(withCode), passwordChangedAt]
      return carried.write([sub, ...numbers].join('.'), placeText(place))
    },
    read: (text, place) => {
      const [sub, ...numbers] = carried.read(text, placeText(place))?.split('.') ?? []
      if (sub === undefined) return undefined
      const [partition = 0, epoch = 0, offset = 0, code = 0, changedAt = 0] = numbers.map(Number)
      const rev = { partition, epoch, offset }
      return { sub, rev, withCode: code === 1, passwordChangedAt: changedAt }
    },
  }
}
