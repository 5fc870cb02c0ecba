/**
 * "The password of this account was right here": what the page for the one-time code carries on. It opens nothing by itself, there is no
 * session behind it. A MAC binds it to the browser, to what the person signs in for, to the place in the log before the password
 * was looked at, and to five minutes.
 */
import { createHash, type KeyObject } from 'node:crypto'
import type { Clock, Position } from '@latchkey/protocol'
import { carriedFacts } from '../keys/carried-facts.ts'

export interface PasswordStep {
  readonly sub: string
  readonly rev: Position
}

/** The CSRF token stands for the browser, the errand's fields for what comes after. */
export interface PasswordStepPlace {
  readonly csrf: string
  readonly fields: Readonly<Record<string, string>>
}

export interface PasswordSteps {
  write(step: PasswordStep, place: PasswordStepPlace): string
  /** Undefined for anything that was not written at this place less than five minutes ago. */
  read(text: string | undefined, place: PasswordStepPlace): PasswordStep | undefined
}

/** Enough to find the phone. */
export const PASSWORD_STEP_SECONDS = 300

/** What binds a step to its place. */
export function placeText({ csrf, fields }: PasswordStepPlace): string {
  return `${csrf} ${createHash('sha256').update(JSON.stringify(fields)).digest('base64url')}`
}

export function passwordSteps(deps: { macKey: KeyObject; clock: Clock }): PasswordSteps {
  const carried = carriedFacts({ ...deps, seconds: PASSWORD_STEP_SECONDS })
  return {
    write: ({ sub, rev }, place) =>
      carried.write([sub, rev.partition, rev.epoch, rev.offset].join('.'), placeText(place)),
    read: (text, place) => {
      const [sub, ...numbers] = carried.read(text, placeText(place))?.split('.') ?? []
      if (sub === undefined) return undefined
      const [partition = 0, epoch = 0, offset = 0] = numbers.map(Number)
      return { sub, rev: { partition, epoch, offset } }
    },
  }
}
