/** Nonces for DPoP proofs: RFC 9449 section 8. Any issuer process knows them again, and none keeps them. */
import { createHmac, type KeyObject } from 'node:crypto'
import type { Clock } from '@latchkey/protocol'
import { sameText } from '../keys/same-text.ts'

export interface DpopNonces {
  current(): string
  isGood(nonce: string): boolean
}

export interface DpopNoncesDeps {
  readonly macKey: KeyObject
  readonly clock: Clock
}

/**
 * A nonce is good in the window that it was made in and in the next one, for 5 to 10 minutes. Access tokens live for 5: an app
 * that refreshes in time still has a good one, and needs no second try.
 */
const WINDOW_MS = 300_000
/** 128 bits: guessing one would only let a thief of a key prepare proofs, which is what having the key means anyway. */
const MAC_BYTES = 16

export function dpopNonces({ macKey, clock }: DpopNoncesDeps): DpopNonces {
  const nonceOf = (window: number) =>
    createHmac('sha256', macKey)
      .update(String(window))
      .digest()
      .subarray(0, MAC_BYTES)
      .toString('base64url')
  const window = () => Math.floor(clock.nowMs() / WINDOW_MS)
  return {
    current: () => nonceOf(window()),
    isGood: (nonce) => [0, 1].some((back) => sameText(nonce, nonceOf(window() - back))),
  }
}
