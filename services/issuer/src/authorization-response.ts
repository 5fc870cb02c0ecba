/** The answer at the redirect URI: RFC 6749 sections 4.1.2 and 4.1.2.1, with `iss` in every one of them (RFC 9207). */
import type { OAuthError } from '@latchkey/protocol'

export interface ResponseTarget {
  readonly redirectUri: string
  readonly state: string | undefined
  readonly issuer: string
}

export function codeResponse(target: ResponseTarget, code: string): string {
  return withParameters(target, [['code', code]])
}

export function errorResponse(target: ResponseTarget, error: OAuthError): string {
  return withParameters(target, [
    ['error', error.code],
    ...(error.description === undefined ? [] : [['error_description', error.description] as const]),
  ])
}

/** Appends to the URI as registered, without parsing and rewriting it: its own query stays as it is. */
function withParameters(
  target: ResponseTarget,
  parameters: readonly (readonly [string, string])[],
): string {
  const query = new URLSearchParams(Object.fromEntries(parameters))
  if (target.state !== undefined) query.set('state', target.state)
  query.set('iss', target.issuer)
  const separator = target.redirectUri.includes('?') ? '&' : '?'
  return `${target.redirectUri}${separator}${query}`
}
