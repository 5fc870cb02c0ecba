import type { AccessTokenClaims } from '@latchkey/protocol'

/**
 * Why a token was refused: for logs, metrics and tests. On the wire every one of them is `invalid_token`
 * with the same text.
 */
export type TokenFault =
  | 'too_long'
  | 'malformed'
  | 'not_canonical'
  | 'bad_header'
  | 'wrong_typ'
  | 'unknown_kid'
  | 'wrong_alg'
  | 'bad_signature'
  | 'bad_payload'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'bad_claim'
  | 'expired'
  | 'not_yet_valid'

/** Expected outcomes are values: refusing must not cost a stack trace. */
export type TokenOutcome =
  | { readonly kind: 'valid'; readonly claims: AccessTokenClaims; readonly kid: string }
  | { readonly kind: 'invalid'; readonly fault: TokenFault }
