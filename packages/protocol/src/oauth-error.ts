/** OAuth error catalogue: RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, OpenID Connect Core section 3.1.2.6. */

interface ErrorFact {
  /** HTTP status of the answer when it is not a redirect. */
  readonly status: number
  /** Where the code is defined. */
  readonly source: string
}

/** Code on the wire, its HTTP status and its source. docs/protocol/errors.md lists the same rows; a test compares them. */
export const OAUTH_ERRORS = {
  invalid_request: { status: 400, source: 'RFC 6749 section 5.2' },
  invalid_client: { status: 401, source: 'RFC 6749 section 5.2' },
  invalid_grant: { status: 400, source: 'RFC 6749 section 5.2' },
  unauthorized_client: { status: 400, source: 'RFC 6749 section 5.2' },
  unsupported_grant_type: { status: 400, source: 'RFC 6749 section 5.2' },
  invalid_scope: { status: 400, source: 'RFC 6749 section 5.2' },
  access_denied: { status: 400, source: 'RFC 6749 section 4.1.2.1' },
  unsupported_response_type: { status: 400, source: 'RFC 6749 section 4.1.2.1' },
  server_error: { status: 500, source: 'RFC 6749 section 4.1.2.1' },
  temporarily_unavailable: { status: 503, source: 'RFC 6749 section 4.1.2.1' },
  invalid_token: { status: 401, source: 'RFC 6750 section 3.1' },
  insufficient_scope: { status: 403, source: 'RFC 6750 section 3.1' },
  invalid_target: { status: 400, source: 'RFC 8707 section 2' },
  insufficient_user_authentication: { status: 401, source: 'RFC 9470 section 3' },
  login_required: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  interaction_required: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  account_selection_required: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  consent_required: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  request_uri_not_supported: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  registration_not_supported: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  invalid_request_uri: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  invalid_request_object: { status: 400, source: 'OpenID Connect Core section 3.1.2.6' },
  invalid_authorization_details: { status: 400, source: 'RFC 9396 section 5' },
  unmet_authentication_requirements: {
    status: 400,
    source: 'OpenID Connect Core Unmet Authentication Requirements section 2',
  },
  invalid_dpop_proof: { status: 400, source: 'RFC 9449 section 5' },
  use_dpop_nonce: { status: 400, source: 'RFC 9449 section 8' },
  authorization_pending: { status: 400, source: 'RFC 8628 section 3.5' },
  slow_down: { status: 400, source: 'RFC 8628 section 3.5' },
  expired_token: { status: 400, source: 'RFC 8628 section 3.5' },
  invalid_redirect_uri: { status: 400, source: 'RFC 7591 section 3.2.2' },
  invalid_client_metadata: { status: 400, source: 'RFC 7591 section 3.2.2' },
  invalid_software_statement: { status: 400, source: 'RFC 7591 section 3.2.2' },
  one_time_code_required: { status: 401, source: 'docs/protocol/token-api.md' },
  password_change_required: { status: 403, source: 'docs/protocol/token-api.md' },
  too_many_requests: { status: 429, source: 'docs/protocol/errors.md' },
} as const satisfies Record<string, ErrorFact>

/** A code of the catalogue, as it appears in the `error` member or parameter. */
export type OAuthErrorCode = keyof typeof OAUTH_ERRORS

export interface OAuthErrorOptions {
  /** What made it fail; for logs only. */
  cause?: unknown
  /** One English sentence for the developer of the client, sent as `error_description`. Never holds a secret. */
  description?: string
  /** Seconds after which a retry makes sense, sent as `Retry-After`. */
  retryAfterSeconds?: number
}

/**
 * Stops the request with an error of the catalogue.
 * `code` goes on the wire; `reason` is a snake_case word for logs and tests only.
 */
export class OAuthError extends Error {
  readonly code: OAuthErrorCode
  readonly reason: string
  readonly status: number
  readonly description: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(code: OAuthErrorCode, reason: string, options: OAuthErrorOptions = {}) {
    super(`${code}: ${reason}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OAuthError'
    this.code = code
    this.reason = reason
    this.status = OAUTH_ERRORS[code].status
    this.description =
      options.description === undefined ? undefined : cleanDescription(options.description)
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

/** RFC 6749 section 5.2: error_description holds %x20-21, %x23-5B and %x5D-7E only. Other characters become `?`, quotes `'`. */
export function cleanDescription(text: string): string {
  return text
    .slice(0, 300)
    .replaceAll('"', "'")
    .replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
