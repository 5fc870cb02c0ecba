import {
  AuthorizationResponseError,
  ClientError,
  ResponseBodyError,
  WWWAuthenticateChallengeError,
} from 'openid-client'
import { IssuerUnavailable } from './issuer-unavailable.ts'

export type ProviderFault =
  /** The issuer answered with an error code of its protocol (RFC 6749 sections 4.1.2.1 and 5.2). */
  | { readonly kind: 'refused'; readonly code: string; readonly reason: string }
  /** It did not answer, or said that it cannot. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** It answered something that must not be believed. */
  | { readonly kind: 'invalid'; readonly reason: string }

/**
 * What went wrong, in words that may be logged: errors of openid-client carry whole answers, tokens included, so nothing
 * of them is passed on but their codes.
 */
export function faultOf(error: unknown): ProviderFault {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return refusal(error.error)
  }
  if (error instanceof IssuerUnavailable) return { kind: 'unavailable', reason: error.reason }
  if (error instanceof ClientError) {
    const reason = (error.code ?? 'oauth_unknown').toLowerCase()
    return { kind: UNAVAILABLE.has(reason) ? 'unavailable' : 'invalid', reason }
  }
  // What fetch throws when there is no connection.
  if (error instanceof TypeError && error.message === 'fetch failed') {
    return { kind: 'unavailable', reason: 'no_connection' }
  }
  // 401 for this client: its id, secret or registration is wrong.
  const challenged = error instanceof WWWAuthenticateChallengeError
  return { kind: 'invalid', reason: challenged ? 'invalid_client' : 'unexpected' }
}

/** Codes of openid-client that mean: no usable answer came. An answer with status 5xx is "not conform". */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  'oauth_timeout',
  'oauth_abort',
  'oauth_response_is_not_conform',
])

function refusal(code: string): ProviderFault {
  // The code may come out of the browser's address bar: only words go on.
  const reason = /^[a-z_]{1,64}$/.test(code) ? code : 'unknown_error'
  return reason === 'temporarily_unavailable' || reason === 'server_error'
    ? { kind: 'unavailable', reason }
    : { kind: 'refused', code: reason, reason }
}
