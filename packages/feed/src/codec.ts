/** How messages of the feed are written: JSON in text frames, or MessagePack in binary ones. The messages are the same. */
import {
  FEED_BINARY_SUBPROTOCOL,
  FEED_SUBPROTOCOL,
  type IssuerMessage,
  type VerifierMessage,
} from '@latchkey/protocol'
import { readMessagePack, writeMessagePack } from './message-pack.ts'
import { readJson } from './read-json.ts'
import type { ReadOutcome } from './read-outcome.ts'

export type FeedEncoding = 'text' | 'binary'

export interface FeedCodec {
  readonly subprotocol: string
  encode(message: IssuerMessage | VerifierMessage): string | Uint8Array
  /** The value of a frame, whatever it may be; never two readings of one frame. */
  decode(frame: string | Uint8Array): ReadOutcome
}

const WRONG_KIND: ReadOutcome = { kind: 'bad', fault: 'wrong_kind_of_frame' }

export const FEED_CODECS: Readonly<Record<FeedEncoding, FeedCodec>> = {
  text: {
    subprotocol: FEED_SUBPROTOCOL,
    encode: (message) => JSON.stringify(message),
    decode: (frame) => (typeof frame === 'string' ? readJson(frame) : WRONG_KIND),
  },
  binary: {
    subprotocol: FEED_BINARY_SUBPROTOCOL,
    encode: writeMessagePack,
    decode: (frame) => (typeof frame === 'string' ? WRONG_KIND : readMessagePack(frame)),
  },
}
