/** What can be ended and why: docs/architecture.md. One function, `end(target, reason, actor)`, takes these. */

export type EndTarget =
  | {
      readonly kind: 'token'
      readonly jti: string
      readonly sub: string
      readonly exp: number
      /** Its audience, when known: then no other service hears of it. */
      readonly aud?: string
    }
  | { readonly kind: 'session'; readonly sid: string }
  | { readonly kind: 'user'; readonly sub: string }
  | { readonly kind: 'client'; readonly clientId: string }
  | { readonly kind: 'service'; readonly audience: string }
  | { readonly kind: 'key'; readonly kid: string }
  | { readonly kind: 'stale'; readonly about: string }
  | { readonly kind: 'all' }

export const END_REASONS = [
  'sign_out',
  'admin',
  'expired',
  'password_changed',
  'one_time_code_changed',
  'user_disabled',
  'user_deleted',
  'refresh_reused',
  'code_replayed',
  'token_revoked',
  'client_disabled',
  'service_quarantined',
  'key_compromised',
  'permissions_changed',
  'user_switched',
  'consent_withdrawn',
  /** Another system asked for it: Global Token Revocation. */
  'external_signal',
  /** The issuer measures itself; nobody was signed in. */
  'canary',
  'emergency',
] as const

export type EndReason = (typeof END_REASONS)[number]

/** Who did it: a person (`u_…`), a machine (`svc:…`), or the issuer itself (`issuer`). */
export interface Actor {
  readonly sub: string
  readonly clientId?: string
  readonly sid?: string
  /** Network address of the caller, as the connection or a trusted proxy tells it. */
  readonly address?: string
  /** Of the request that it was done by: the same as in the log lines of the issuer. */
  readonly requestId?: string
}
