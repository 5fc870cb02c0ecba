/** Refresh tokens: `family.generation.mac`. The MAC keeps garbage away from the store. */
import type { KeyObject } from 'node:crypto'
import { hmacMatches, hmacSha256 } from '@latchkey/tokens'

const SHAPE =
  /^((s\d{1,4}_[A-Za-z0-9_-]{22}~[A-Za-z0-9_-]{8})\.([1-9]\d{0,9}))\.([A-Za-z0-9_-]{43})$/

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
  return {
    write: ({ familyId, generation }) => {
      const facts = `${familyId}.${generation}`
      return `${facts}.${hmacSha256(macKey, facts)}`
    },
    read: (text) => {
      const [, facts, familyId, generation, mac] = SHAPE.exec(text) ?? []
      if (facts === undefined || familyId === undefined || mac === undefined) return undefined
      return hmacMatches(macKey, facts, mac)
        ? { familyId, generation: Number(generation) }
        : undefined
    },
  }
}
