/** What two sides of a feed that know the same secret can say to each other, and nobody else can: docs/protocol/feed.md. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { bodyDigest, type FeedFrame } from './feed-frame.ts'
import { unwrapFeedKey, wrapFeedKey } from './feed-key-wrap.ts'
import { FEED_MAC_BYTES, FEED_MAC_CHARS, frameMacs, isSameMac } from './feed-mac.ts'
import { type Random, systemRandom } from './random.ts'

export interface FeedSession {
  /** The next frame of this side: its MAC (base64url before a text, bytes before bytes) and the frame. */
  seal(frame: Pick<FeedFrame, 'body' | 'digest'>): string | Buffer
  /**
   * The next frame of the other side; undefined when it is not that: altered, repeated, left out, sent back, or of another
   * session. Then nothing can be trusted that follows.
   */
  open<Body extends string | Uint8Array>(sealed: Body): Body | undefined
  /** An HS256 key (32 bytes, base64url) as compact JWE that only the other side can read. */
  wrapKey(kid: string, k: string): string
  unwrapKey(kid: string, jwe: string): string | undefined
}

export interface FeedSessionFacts {
  /** `feedKeyOf` the client. */
  readonly key: KeyObject
  readonly verifierNonce: string
  readonly issuerNonce: string
  /** As in the proof that opened it: no frame of one kind of connection can pass for one of another. */
  readonly channel: string
}

export function feedSession(
  facts: FeedSessionFacts,
  side: 'verifier' | 'issuer',
  random: Random = systemRandom,
): FeedSession {
  const keyFor = (purpose: string) => {
    const salt = facts.verifierNonce + facts.issuerNonce
    const info = `latchkey/feed/v1 ${facts.channel} ${purpose}`
    return Buffer.from(hkdfSync('sha256', facts.key, salt, info, 32))
  }
  const ofVerifier = frameMacs(keyFor('frames of the verifier'))
  const ofIssuer = frameMacs(keyFor('frames of the issuer'))
  const [mine, theirs] = side === 'issuer' ? [ofIssuer, ofVerifier] : [ofVerifier, ofIssuer]
  const wrapping = createSecretKey(keyFor('keys'))
  return {
    seal: ({ body, digest }) => {
      const mac = Buffer.from(mine.next(digest), 'latin1').subarray(0, FEED_MAC_BYTES)
      return typeof body === 'string'
        ? mac.toString('base64url') + body
        : Buffer.concat([mac, body])
    },
    open: <Body extends string | Uint8Array>(sealed: Body) => {
      const [mac, body] = split(sealed)
      return isSameMac(theirs.next(bodyDigest(body)), mac) ? (body as Body) : undefined
    },
    wrapKey: (kid, k) => wrapFeedKey(wrapping, kid, k, random),
    unwrapKey: (kid, jwe) => unwrapFeedKey(wrapping, kid, jwe),
  }
}

function split(sealed: string | Uint8Array): [mac: Uint8Array, body: string | Uint8Array] {
  if (typeof sealed !== 'string') {
    return [sealed.subarray(0, FEED_MAC_BYTES), sealed.subarray(FEED_MAC_BYTES)]
  }
  const text = sealed.slice(0, FEED_MAC_CHARS)
  return [Buffer.from(text, 'base64url'), sealed.slice(FEED_MAC_CHARS)]
}
