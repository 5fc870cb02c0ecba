/**
 * Frames between the guard of a socket and its page, for pages that offered the subprotocol `latchkey.renew`: text frames that neither the
 * app nor its page's own code sees unless it asks for them. Others never meet one.
 */

/** Offered by pages that answer `renew`: they keep their connection over a change of permissions. */
export const RENEW_SUBPROTOCOL = 'latchkey.renew'

export type GuardFrame =
  /** Nothing passes until a fresh ticket or token comes; the socket closes when none does within so many seconds. */
  | { readonly latchkey: 'renew'; readonly within: number }
  | { readonly latchkey: 'renewed'; readonly expires_in: number }
  /** What was shown is no better than what the socket stands on. */
  | { readonly latchkey: 'refused' }

const BEGINNING = '{"latchkey":"renew","with":"'
/** A token of 8 KiB, sealed into a ticket. */
const MOST_CHARS = 12_000
const PAGE_FRAME = /^\{"latchkey":"renew","with":"([A-Za-z0-9._~+/=-]+)"\}$/

/** What the message `{"latchkey":"renew","with":"…"}`, spelt exactly so, shows; undefined for every other one. */
export function renewalIn([data, isBinary]: readonly unknown[]): string | undefined {
  if (isBinary === true || !Buffer.isBuffer(data) || data.length > MOST_CHARS) return undefined
  if (!data.subarray(0, BEGINNING.length).equals(Buffer.from(BEGINNING))) return undefined
  return PAGE_FRAME.exec(data.toString('latin1'))?.[1]
}
