/**
 * "The password of this account was right here": what the page for the one-time code carries on. It opens nothing by itself, there is no
 * session behind it. A MAC binds it to the browser, to what the person signs in for, to the place in the log before the password
 * was looked at, and to five minutes.
 */
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Clock, nowSeconds, type Position } from '@latchkey/protocol'

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

const SHAPE =
  /^((u_[A-Za-z0-9]{1,60})\.(\d{1,4})\.(\d{1,15})\.(\d{1,15})\.(\d{1,12}))\.([\w-]{43})$/

export function passwordSteps(deps: { macKey: KeyObject; clock: Clock }): PasswordSteps {
  const mac = (facts: string, { csrf, fields }: PasswordStepPlace) => {
    const errand = createHash('sha256').update(JSON.stringify(fields)).digest('base64url')
    return createHmac('sha256', deps.macKey).update(`${facts} ${csrf} ${errand}`).digest()
  }
  return {
    write: ({ sub, rev }, place) => {
      const until = nowSeconds(deps.clock) + PASSWORD_STEP_SECONDS
      const facts = [sub, rev.partition, rev.epoch, rev.offset, until].join('.')
      return `${facts}.${mac(facts, place).toString('base64url')}`
    },
    read: (text, place) => {
      const [, facts, sub, partition, epoch, offset, until, given] = SHAPE.exec(text ?? '') ?? []
      if (facts === undefined || sub === undefined || given === undefined) return undefined
      if (!timingSafeEqual(Buffer.from(given, 'base64url'), mac(facts, place))) return undefined
      if (nowSeconds(deps.clock) >= Number(until)) return undefined
      const rev = { partition: Number(partition), epoch: Number(epoch), offset: Number(offset) }
      return { sub, rev }
    },
  }
}
