import { hash } from 'node:crypto'
import type { IssuerMessage, VerifierMessage } from './feed-messages.ts'

/** A message as it is written for everybody who gets the same: what is done once stands here. */
export interface FeedFrame {
  readonly t: (IssuerMessage | VerifierMessage)['t']
  /** JSON text, or MessagePack. */
  readonly body: string | Uint8Array
  /** SHA-256 of the body, one character per byte: what each MAC is made over, so that a frame for a thousand costs one. */
  readonly digest: string
}

export function feedFrame(t: FeedFrame['t'], body: string | Uint8Array): FeedFrame {
  let digest: string | undefined
  return {
    t,
    body,
    get digest() {
      digest ??= bodyDigest(body)
      return digest
    },
  }
}

export function bodyDigest(body: string | Uint8Array): string {
  return hash('sha256', body, 'binary')
}
