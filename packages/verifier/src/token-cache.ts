import type { AccessTokenClaims } from '@latchkey/protocol'
import type { TokenOutcome } from '@latchkey/tokens'

export type AcceptedToken = Exclude<TokenOutcome, { kind: 'invalid' }>

export interface CachedToken {
  readonly token: string
  readonly outcome: AcceptedToken
  /** `exp`, in seconds: a small integer, which stands in the object itself. */
  readonly expiresAt: number
  /** Version of the replica by which it was last found live. */
  liveAtVersion: number
  /** Answers about routes, a bit for each number: whether there is one, and which. Here, because here is where a hit looks. */
  decided: number
  allowed: number
}

export interface TokenCache {
  size(): number
  find(token: string): CachedToken | undefined
  /** The remembered token that these claims came from. */
  of(claims: AccessTokenClaims): CachedToken | undefined
  /**
   * Remembers a verified token when it is offered for the second time: one that comes once costs two memory accesses
   * instead of an entry that pushes out another.
   */
  offer(token: string, outcome: AcceptedToken, liveAtVersion: number): void
  forget(cached: CachedToken): void
  /** Forgets all of them, and all answers. */
  clear(): void
}

const LEAST_PLACES = 1024

/**
 * At most `capacity` tokens (an odd one is rounded up), in two generations: when the younger half is full, the older half is
 * dropped as a whole. A fingerprint finds an entry, then the whole text is compared: hashing 700 characters costs more than all
 * the rest of a hit. Two tokens with the same fingerprint take turns.
 */
export function tokenCache(capacity: number): TokenCache {
  const half = Math.ceil(capacity / 2)
  const offered = doorkeeper(capacity)
  let byClaims = new WeakMap<AccessTokenClaims, CachedToken>()
  /** What was found last is asked about next. */
  let last: CachedToken | undefined
  let young = new Map<number, CachedToken>()
  let old = new Map<number, CachedToken>()

  function add(print: number, cached: CachedToken): void {
    if (young.size >= half) {
      old = young
      young = new Map()
    }
    young.set(print, cached)
  }

  function promote(print: number): CachedToken | undefined {
    const cached = old.get(print)
    if (cached === undefined) return undefined
    old.delete(print)
    add(print, cached)
    return cached
  }

  return {
    size: () => young.size + old.size,
    find: (token) => {
      const print = fingerprint(token)
      const cached = young.get(print) ?? promote(print)
      if (cached?.token !== token) return undefined
      last = cached
      return cached
    },
    of: (claims) => (last?.outcome.claims === claims ? last : byClaims.get(claims)),
    offer: (token, outcome, liveAtVersion) => {
      const print = fingerprint(token)
      if (capacity === 0 || !offered.again(print)) return
      // A copy, because the text may be a slice that keeps a whole header alive.
      const copy = Buffer.from(token, 'latin1').toString('latin1')
      const expiresAt = outcome.claims.exp
      const none = { decided: 0, allowed: 0 }
      const cached = { token: copy, outcome, expiresAt, liveAtVersion, ...none }
      add(print, cached)
      byClaims.set(outcome.claims, cached)
    },
    forget: ({ token }) => {
      const print = fingerprint(token)
      young.delete(print)
      old.delete(print)
    },
    clear: () => {
      young.clear()
      old.clear()
      byClaims = new WeakMap()
      last = undefined
    },
  }
}

/**
 * Remembers fingerprints in a table of fixed size, two in each place, where the newest pushes out the older one: alone in their
 * place, two tokens that come in turns would push out each other for ever. A mistake costs a verification, or a place in the
 * cache; it never lets anything pass.
 */
function doorkeeper(leastPlaces: number) {
  const places = 2 ** Math.ceil(Math.log2(Math.max(leastPlaces, LEAST_PLACES)))
  const prints = new Int32Array(2 * places)
  return {
    again: (print: number): boolean => {
      const at = 2 * ((print >>> 7) & (places - 1))
      const newest = prints[at] as number
      if (newest === print || prints[at + 1] === print) return true
      prints[at + 1] = newest
      prints[at] = print
      return false
    },
  }
}

/** 32 bits of the end of the signature, which is as good as random: FNV-1a over six characters. */
function fingerprint(token: string): number {
  let hash = 0x811c9dc5
  for (let i = token.length - 7; i < token.length - 1; i++) {
    hash = Math.imul(hash ^ token.charCodeAt(i), 0x01000193)
  }
  return hash
}
