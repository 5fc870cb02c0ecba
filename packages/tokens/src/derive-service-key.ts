import { createHash } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import { expand, type MasterSecret } from './derive-key.ts'
import type { KeyLifeState, SigningKeyRecord } from './key-record.ts'

const LABEL = 'latchkey/at/v1'
const SLUG_CHARS = 24
/** 72 bits: no two audiences of a deployment will ever share one. */
const HASH_BYTES = 9

export interface ServiceKeyFacts {
  /** At least 32 random bytes; never leaves the issuer. */
  readonly master: MasterSecret
  readonly issuer: string
  readonly audience: string
  readonly alg: 'HS256'
  /** Counts from 1 per audience: the next one replaces a key that leaked, and no other. */
  readonly generation: number
  /** Default `active`. */
  readonly state?: KeyLifeState
}

/**
 * The key that the issuer shares with one service: packages/tokens/README.md. A service that knows its key learns nothing about the
 * master secret or another service's key.
 * @throws InputError `master-key-short`, `key-context-long`, `key-generation`
 */
export function deriveServiceKey(facts: ServiceKeyFacts): SigningKeyRecord {
  const { master, issuer, audience, alg, generation, state = 'active' } = facts
  if (!Number.isSafeInteger(generation) || generation < 1) {
    throw new InputError('key-generation', {
      received: String(generation),
      expected: 'a generation that counts from 1',
    })
  }
  const key = expand(master, [LABEL, issuer, audience, alg, String(generation)])
  const kid = serviceKid(audience, generation)
  return { kid, alg, issuer, audience, state, key, signingKey: key }
}

/** Readable, the same at every process, and no function of the key: a digest of a key would be an oracle for guesses. */
function serviceKid(audience: string, generation: number): string {
  const slug = audience
    .toLowerCase()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//, '')
    .replace(/[^a-z0-9.]+/g, '-')
    .slice(0, SLUG_CHARS)
    .replace(/^[-.]+|[-.]+$/g, '')
  const digest = createHash('sha256').update(audience).digest()
  return `${slug || 'service'}.${digest.subarray(0, HASH_BYTES).toString('base64url')}.${generation}`
}
