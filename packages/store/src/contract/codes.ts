import type { ClaimsRequest, Position, RoutesDetail } from '@latchkey/protocol'

/** What an authorization code stands for. Bound at creation, compared at redemption by the token endpoint. */
export interface CodeRecord {
  readonly clientId: string
  readonly redirectUri: string
  readonly sid: string
  readonly sub: string
  readonly scope: string
  /** Audience of the access token. */
  readonly audience: string
  readonly nonce?: string
  /** Only when the request had the parameter. */
  readonly claims?: ClaimsRequest
  /** What `authorization_details` narrowed the rights to. */
  readonly details?: readonly RoutesDetail[]
  /** Thumbprint of the key that must redeem the code (RFC 9449 section 10). */
  readonly dpopJkt?: string
  /** S256 challenge, or absent when the client may do without PKCE and did. */
  readonly codeChallenge?: string
  readonly authTime: number
  readonly acr: string
  readonly amr: readonly string[]
  /** The last second of the session, which never moves: nothing that comes from this code outlives it. */
  readonly absoluteExpiresAt: number
  readonly expiresAt: number
}

export type CodeOutcome =
  | { readonly kind: 'redeemed'; readonly record: CodeRecord; readonly rev: Position }
  /** It was redeemed before: the caller ends the session (RFC 6749 section 4.1.2). Known until the code would have expired + 1 h. */
  | { readonly kind: 'replayed'; readonly record: Pick<CodeRecord, 'clientId' | 'sid'> }
  /** Never issued, or expired unredeemed. */
  | { readonly kind: 'unknown' }

export interface CodeStore {
  /** Keeps the code under a digest of its text; expires by itself. */
  save(code: string, record: CodeRecord, now: number): Promise<void>
  /**
   * At most one caller ever gets `redeemed`, even of 50 at once, and only when `clientId` is the code's own; another
   * client gets `unknown` and the code stays redeemable. `rev` is read in the same step, before anything else is read.
   */
  redeem(code: string, clientId: string, now: number): Promise<CodeOutcome>
}
