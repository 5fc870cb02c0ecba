/** Parsed pieces of an authorization request that travel from it, through codes and refresh families, to the tokens. */

/** One claim of the `claims` parameter: OpenID Connect Core section 5.5.1. */
export interface ClaimRequest {
  readonly essential?: boolean
  readonly value?: unknown
  readonly values?: readonly unknown[]
}

/** The `claims` parameter: OpenID Connect Core section 5.5. Null means: in the default manner. */
export interface ClaimsRequest {
  readonly userinfo?: Readonly<Record<string, ClaimRequest | null>>
  readonly id_token?: Readonly<Record<string, ClaimRequest | null>>
}

/** The one type of `authorization_details` (RFC 9396 section 2) that Latchkey knows. */
export const ROUTES_DETAIL_TYPE = 'latchkey_routes'

/** A client asks for less than the person may do: only what one of these grants covers stays in the token. */
export interface RoutesDetail {
  readonly type: typeof ROUTES_DETAIL_TYPE
  /** Grants of the permissions grammar: `GET /orders/*`. */
  readonly routes: readonly string[]
  /** RFC 9396 section 2.2: the service that the routes are of; exactly one. */
  readonly locations: readonly string[]
}

/** How a person was authenticated, weakest first: `acr` values (OpenID Connect Core section 2). */
export const ACR = {
  password: 'urn:latchkey:acr:password',
  mfa: 'urn:latchkey:acr:mfa',
} as const

const STRENGTHS: readonly string[] = [ACR.password, ACR.mfa]

/**
 * Whether who was authenticated by `acr` was authenticated at least as strongly as `wanted`. A value that is none of ours is reached
 * by itself only.
 */
export function reachesAcr(acr: string, wanted: string): boolean {
  const strength = STRENGTHS.indexOf(wanted)
  return acr === wanted || (strength >= 0 && STRENGTHS.indexOf(acr) >= strength)
}
