import type { AccessTokenClaims } from '@latchkey/protocol'

/**
 * Why a token was refused: for logs, metrics and tests. On the wire every one of them is `invalid_token`
 * with the same text.
 */
export const TOKEN_FAULTS = [
  'too_long',
  'malformed',
  'not_canonical',
  'bad_header',
  'wrong_typ',
  'wrong_alg',
  'unknown_kid',
  'bad_signature',
  'bad_payload',
  'wrong_issuer',
  'wrong_audience',
  /** Bound (`cnf`) in a way that nobody here can check. */
  'proof_missing',
  'bad_claim',
  'not_yet_valid',
  'expired',
] as const

export type TokenFault = (typeof TOKEN_FAULTS)[number]

/** Expected outcomes are values: refusing must not cost a stack trace. */
export type TokenOutcome =
  | { readonly kind: 'valid'; readonly claims: AccessTokenClaims; readonly kid: string }
  /**
   * Valid, and bound to a key (`claims.cnf`): good only for a caller who proves to have it. A kind of its own, so that nobody takes
   * it for a bearer token by forgetting to look.
   */
  | { readonly kind: 'bound'; readonly claims: AccessTokenClaims; readonly kid: string }
  | { readonly kind: 'invalid'; readonly fault: TokenFault }
