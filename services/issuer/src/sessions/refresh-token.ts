/** Refresh tokens: `family.generation.mac` (DESIGN section 6). The MAC keeps garbage away from the store. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

const SHAPE = /^(s\d{1,4}_[A-Za-z0-9_-]{22}~[A-Za-z0-9_-]{8})\.([1-9]\d{0,9})\.([A-Za-z0-9_-]{43})$/

export interface RefreshTokenFacts {
  readonly familyId: string
  readonly generation: number
}

export interface RefreshTokens {
  /** Deterministic: the same family and generation give the same text, so a lost answer can be given again. */
  write(facts: RefreshTokenFacts): string
  /** Undefined for anything this issuer has not written. */
  read(text: string): RefreshTokenFacts | undefined
}

export function refreshTokens(macKey: KeyObject): RefreshTokens {
  const mac = (familyId: string, generation: number) =>
    createHmac('sha256', macKey).update(`${familyId}.${generation}`).digest()
  return {
    write: ({ familyId, generation }) =>
      `${familyId}.${generation}.${mac(familyId, generation).toString('base64url')}`,
    read: (text) => {
      const [, familyId, digits, given] = SHAPE.exec(text) ?? []
      if (familyId === undefined || given === undefined) return undefined
      const generation = Number(digits)
      const expected = mac(familyId, generation)
      const received = Buffer.from(given, 'base64url')
      // The text must be canonical too, or several texts would stand for one token.
      const canonical = received.toString('base64url') === given
      const equal = received.length === expected.length && timingSafeEqual(received, expected)
      return canonical && equal ? { familyId, generation } : undefined
    },
  }
}
