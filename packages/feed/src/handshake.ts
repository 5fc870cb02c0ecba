/** The verifier's side of opening a feed: docs/protocol/feed.md. */
import {
  type Clock,
  FEED_NONCE_HEADER,
  type FeedSession,
  feedAuthorization,
  feedKeyOf,
  feedSession,
  isFeedNonce,
  nowSeconds,
  type Random,
  randomId,
} from '@latchkey/protocol'

export interface Handshake {
  /** Value of the Authorization header: a proof that is good once. */
  readonly authorization: string
  /** The session that the answer with these headers began; undefined when it began none. */
  session(answer: Readonly<Record<string, unknown>>): FeedSession | undefined
}

/** For one request: `channel` is its subprotocol or `FEED_POLL`, `body` what is sent with it. */
export type NewHandshake = (channel: string, body?: string) => Handshake

export interface HandshakeDeps {
  readonly credentials: { readonly clientId: string; readonly clientSecret: string }
  readonly clock: Clock
  readonly random: Random
}

export function handshakes({ credentials, clock, random }: HandshakeDeps): NewHandshake {
  const { clientId, clientSecret } = credentials
  const key = feedKeyOf(clientId, clientSecret)
  return (channel, body) => {
    const opening = { clientId, time: nowSeconds(clock), nonce: randomId(random) }
    const request = { channel, ...(body === undefined ? {} : { body }) }
    return {
      authorization: feedAuthorization(key, opening, request),
      session: ({ [FEED_NONCE_HEADER]: issuerNonce }) => {
        if (!isFeedNonce(issuerNonce)) return undefined
        const facts = { key, verifierNonce: opening.nonce, issuerNonce, channel }
        return feedSession(facts, 'verifier', random)
      },
    }
  }
}
