/**
 * What one page of a sign-in has settled, on its way to the next one through a form. A MAC binds it to this browser, to this
 * very request, to one session as it was then, and to ten minutes: whoever else holds it, or comes later, begins anew.
 */
import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Clock, nowSeconds } from '@latchkey/protocol'

export interface SettledStep {
  readonly sid: string
  /** Of the session at that moment: after another sign-in it is another one, and the proof is worth nothing. */
  readonly authTime: number
  /** The person signed in for this request; otherwise they were signed in before. */
  readonly signedIn: boolean
}

/** What a proof is for: the CSRF token stands for the browser, the query for the request. */
export interface StepPlace {
  readonly csrf: string
  readonly query: string
}

export interface StepProofs {
  write(step: SettledStep, place: StepPlace): string
  /** Undefined for anything that was not written at this place less than ten minutes ago. */
  read(text: string | undefined, place: StepPlace): SettledStep | undefined
}

/** Enough to read a page of consent; a person who comes back from lunch begins anew. */
export const STEP_SECONDS = 600

const SHAPE = /^(s\d{1,4}_[A-Za-z0-9_-]{22})\.(\d{1,12})\.([01])\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/

export function stepProofs(deps: { macKey: KeyObject; clock: Clock }): StepProofs {
  const mac = (facts: string, { csrf, query }: StepPlace) => {
    const digest = createHash('sha256').update(query).digest('base64url')
    return createHmac('sha256', deps.macKey).update(`${facts} ${csrf} ${digest}`).digest()
  }
  return {
    write: ({ sid, authTime, signedIn }, place) => {
      const until = nowSeconds(deps.clock) + STEP_SECONDS
      const facts = `${sid}.${authTime}.${signedIn ? 1 : 0}.${until}`
      return `${facts}.${mac(facts, place).toString('base64url')}`
    },
    read: (text, place) => {
      const [, sid, authTime, signedIn, until, given] = SHAPE.exec(text ?? '') ?? []
      if (sid === undefined || given === undefined) return undefined
      const expected = mac(`${sid}.${authTime}.${signedIn}.${until}`, place)
      const received = Buffer.from(given, 'base64url')
      if (received.length !== expected.length || !timingSafeEqual(received, expected))
        return undefined
      if (nowSeconds(deps.clock) >= Number(until)) return undefined
      return { sid, authTime: Number(authTime), signedIn: signedIn === '1' }
    },
  }
}
