/**
 * How a feed is opened: docs/protocol/feed.md. Both sides know the client secret, and neither sends it: whoever stands between
 * them, a proxy that ends TLS for example, learns nothing that opens a feed, and cannot speak on this one.
 */
import {
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'

/** Header of the answer to an upgrade or a poll: the issuer's part of what the keys of the session are made from. */
export const FEED_NONCE_HEADER = 'latchkey-feed-nonce'

/** What a verifier sends to open a feed: the credentials `Latchkey-Feed` of its Authorization header. */
export interface FeedOpening {
  readonly clientId: string
  /** Wall-clock second at which it was made. */
  readonly time: number
  /** 22 characters of base64url, used once. */
  readonly nonce: string
  /** HMAC-SHA-256, base64url. */
  readonly mac: string
}

/** What the proof is about, beside time and nonce. */
export interface FeedRequest {
  /** The subprotocol that was agreed on, or `FEED_POLL`. */
  readonly channel: string
  /** What is sent with the request: nothing with an upgrade. */
  readonly body?: string
}

const HEADER =
  /^latchkey-feed client="([\w.!~*'()%-]{1,384})", time="(\d{1,12})", nonce="([\w-]{22})", mac="([\w-]{43})"$/i
const NONCE = /^[\w-]{22}$/

/**
 * The key of one client for its feeds: HKDF-SHA-256 (RFC 5869) of its secret. An object, because Node finds out at a cost what
 * else a key may be: an HMAC takes 3 µs with it, and 10 with the same bytes.
 */
export function feedKeyOf(clientId: string, clientSecret: string): KeyObject {
  const info = `latchkey/feed/v1 ${clientId}`
  return createSecretKey(Buffer.from(hkdfSync('sha256', clientSecret, '', info, 32)))
}

/** Value of the Authorization header. */
export function feedAuthorization(
  key: KeyObject,
  { clientId, time, nonce }: Omit<FeedOpening, 'mac'>,
  request: FeedRequest,
): string {
  const mac = proof(key, { time, nonce }, request)
  const client = encodeURIComponent(clientId)
  return `Latchkey-Feed client="${client}", time="${time}", nonce="${nonce}", mac="${mac}"`
}

/** Undefined for anything that is not what `feedAuthorization` writes. Nothing is proven yet. */
export function parseFeedAuthorization(header: string): FeedOpening | undefined {
  const [, client, time, nonce, mac] = HEADER.exec(header) ?? []
  if (client === undefined || nonce === undefined || mac === undefined) return undefined
  try {
    return { clientId: decodeURIComponent(client), time: Number(time), nonce, mac }
  } catch {
    return undefined
  }
}

/** Was it made with this key, for this request? In constant time. */
export function isFeedProof(key: KeyObject, opening: FeedOpening, request: FeedRequest): boolean {
  const given = Buffer.from(opening.mac)
  const right = Buffer.from(proof(key, opening, request))
  return given.length === right.length && timingSafeEqual(given, right)
}

export function isFeedNonce(text: unknown): text is string {
  return typeof text === 'string' && NONCE.test(text)
}

function proof(
  key: KeyObject,
  { time, nonce }: Pick<FeedOpening, 'time' | 'nonce'>,
  { channel, body = '' }: FeedRequest,
): string {
  // No field holds a line break, so there is one reading of each text.
  const facts = ['latchkey/feed/v1 open', channel, time, nonce, hash('sha256', body, 'base64url')]
  return createHmac('sha256', key).update(facts.join('\n')).digest('base64url')
}
