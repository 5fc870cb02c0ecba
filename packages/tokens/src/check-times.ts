import type { TokenFault } from './access-token.ts'

/**
 * RFC 7519 sections 4.1.4 to 4.1.6, to the second: good while `now < exp`. The skew covers an issuer whose clock is ahead; it
 * never makes a token live longer.
 */
export function checkTimes(
  iat: number,
  exp: number,
  nbf: unknown,
  nowSeconds: number,
  skewSeconds: number,
): TokenFault | undefined {
  // We never write `nbf`, but whoever does means it.
  if (nbf !== undefined && !Number.isSafeInteger(nbf)) return 'bad_claim'
  const latest = nowSeconds + skewSeconds
  if (iat > latest || (nbf !== undefined && (nbf as number) > latest)) return 'not_yet_valid'
  // Written so that a clock that gives NaN refuses.
  return nowSeconds < exp ? undefined : 'expired'
}
