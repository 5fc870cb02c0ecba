/**
 * Facts that a browser carries from one of our pages to the next, and that nobody else can write: a MAC binds them to a place (this
 * browser, this request) and to an end. Whoever holds them elsewhere, or comes later, begins anew.
 */
import type { KeyObject } from 'node:crypto'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { isMacOf, macOf } from './mac.ts'

export interface CarriedFacts {
  /** `facts.until.mac`, of letters, digits and `._-` when `facts` is. */
  write(facts: string, place?: string): string
  /** The facts; undefined for anything that was not written at this place, or too long ago. */
  read(text: string | undefined, place?: string): string | undefined
}

const SHAPE = /^((.{1,256})\.(\d{1,12}))\.([\w-]{43})$/

/** @param deps.seconds how long the facts are good */
export function carriedFacts(deps: {
  readonly macKey: KeyObject
  readonly clock: Clock
  readonly seconds: number
}): CarriedFacts {
  const boundTo = (place: string | undefined, dated: string) =>
    place === undefined ? dated : `${dated} ${place}`
  return {
    write: (facts, place) => {
      const dated = `${facts}.${nowSeconds(deps.clock) + deps.seconds}`
      return `${dated}.${macOf(deps.macKey, boundTo(place, dated))}`
    },
    read: (text, place) => {
      const [, dated, facts, until, mac] = SHAPE.exec(text ?? '') ?? []
      if (dated === undefined || mac === undefined) return undefined
      if (!isMacOf(deps.macKey, boundTo(place, dated), mac)) return undefined
      return nowSeconds(deps.clock) < Number(until) ? facts : undefined
    },
  }
}
