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
  /** Bound to a key (`cnf`), and nobody proved that they have it. */
  'proof_missing',
  'bad_claim',
  'not_yet_valid',
  'expired',
] as const

export type TokenFault = (typeof TOKEN_FAULTS)[number]

/** Expected outcomes are values: refusing must not cost a stack trace. */
export type TokenOutcome =
  | { readonly kind: 'valid'; readonly claims: AccessTokenClaims; readonly kid: string }
  | { readonly kind: 'invalid'; readonly fault: TokenFault }
