import { type FeedKey, LIMITS } from '@latchkey/protocol'
import {
  accessTokenVerifier,
  type KeyRecord,
  keyRecordOf,
  type TokenOutcome,
} from '@latchkey/tokens'
import type { VerifierLog, VerifierStatus } from './verifier.ts'

export interface KeyRing {
  verify(token: string, nowSeconds: number): TokenOutcome
  has(kid: string): boolean
  kids(): string[]
  list(): VerifierStatus['keys']
  /** False when nothing has changed. */
  replace(keys: readonly FeedKey[]): boolean
}

export interface KeyRingOptions {
  readonly issuer: string
  readonly service: string
  readonly clockSkewSeconds?: number
  readonly log: VerifierLog
}

/** The keys of this service as the feed brought them last. A token can name one of them and nothing else. */
export function keyRing(options: KeyRingOptions): KeyRing {
  const { issuer, service: audience, clockSkewSeconds = LIMITS.clockSkewSeconds, log } = options
  let keys: ReadonlyMap<string, KeyRecord> = new Map()
  let tokens = accessTokenVerifier({ issuer, audience, keys, clockSkewSeconds })
  let current = ''

  /** One key that cannot be used must not take the others with it: its tokens are refused. */
  function recordOf(key: FeedKey): KeyRecord[] {
    try {
      return [keyRecordOf(key, { issuer, audience })]
    } catch (error) {
      log.warn({ kid: key.kid, err: error }, 'key from the feed cannot be used')
      return []
    }
  }

  return {
    verify: (token, nowSeconds) => tokens.verify(token, nowSeconds),
    has: (kid) => keys.has(kid),
    kids: () => [...keys.keys()],
    list: () => [...keys.values()].map(({ kid, alg, state }) => ({ kid, alg, state })),
    replace: (next) => {
      const text = JSON.stringify(next)
      if (text === current) return false
      current = text
      keys = new Map(next.flatMap(recordOf).map((record) => [record.kid, record]))
      tokens = accessTokenVerifier({ issuer, audience, keys, clockSkewSeconds })
      return true
    },
  }
}
