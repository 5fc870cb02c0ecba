/**
 * What one page of a sign-in has settled, on its way to the next one through a form. A MAC binds it to this browser, to this
 * very request, to one session as it was then, and to ten minutes: whoever else holds it, or comes later, begins anew.
 */
import { hash, type KeyObject } from 'node:crypto'
import type { Clock } from '@latchkey/protocol'
import { carriedFacts } from '../keys/carried-facts.ts'

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
const STEP_SECONDS = 600

export function stepProofs(deps: { macKey: KeyObject; clock: Clock }): StepProofs {
  const carried = carriedFacts({ ...deps, seconds: STEP_SECONDS })
  const textOf = ({ csrf, query }: StepPlace) => `${csrf} ${hash('sha256', query, 'base64url')}`
  return {
    write: ({ sid, authTime, signedIn }, place) =>
      carried.write(`${sid}.${authTime}.${signedIn ? 1 : 0}`, textOf(place)),
    read: (text, place) => {
      const [sid, authTime, signedIn] = carried.read(text, textOf(place))?.split('.') ?? []
      if (sid === undefined) return undefined
      return { sid, authTime: Number(authTime), signedIn: signedIn === '1' }
    },
  }
}
