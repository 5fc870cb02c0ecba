/** Keys of the services. When one is ended, the next generation takes its place. */
import { createSecretKey } from 'node:crypto'
import type { FeedKey } from '@latchkey/protocol'
import type { SigningKeyRecord } from '@latchkey/tokens'

export interface ServiceKeys {
  /** What signs now. */
  active(audience: string): SigningKeyRecord
  feedKeys(audience: string): readonly FeedKey[]
  /** The active key is not to be trusted any more. Gives its kid. */
  replace(audience: string): string
}

export const ISSUER = 'https://sso.example.com'

export function serviceKeys(): ServiceKeys {
  const generations = new Map<string, number>()
  const made = new Map<string, SigningKeyRecord>()
  const generationOf = (audience: string) => generations.get(audience) ?? 1

  function active(audience: string): SigningKeyRecord {
    const kid = `${audience}.${generationOf(audience)}`
    const known = made.get(kid)
    if (known) return known
    const key = createSecretKey(bytesOf(kid))
    const record = { kid, alg: 'HS256', issuer: ISSUER, audience, state: 'active' } as const
    const whole = { ...record, key, signingKey: key }
    made.set(kid, whole)
    return whole
  }

  return {
    active,
    feedKeys: (audience) => {
      const { kid } = active(audience)
      return [{ kid, alg: 'HS256', state: 'active', k: bytesOf(kid).toString('base64url') }]
    },
    replace: (audience) => {
      const { kid } = active(audience)
      generations.set(audience, generationOf(audience) + 1)
      return kid
    },
  }
}

/** Different for each kid. What is simulated is not whether keys can be guessed. */
function bytesOf(kid: string): Buffer {
  return Buffer.alloc(32, `${kid} `)
}
