/** Claim names and the shape of access tokens: packages/tokens/README.md, RFC 9068 section 2.2. */

/** Position in the revocation log. Positions of one partition compare by epoch, then offset. */
export interface Position {
  readonly partition: number
  readonly epoch: number
  readonly offset: number
}

/** `rev` on the wire: `[partition, epoch, offset]`. */
export type RevClaim = readonly [partition: number, epoch: number, offset: number]

/** `act` (RFC 8693 section 4.1). Only the outermost actor counts for decisions. */
export interface ActorClaim {
  readonly sub: string
  readonly act?: ActorClaim
}

/** `routes`, bitmap form: the numbers of routes in the catalogue of the service (packages/permissions/README.md). */
export interface RoutesBitmap {
  /** Hash of the catalogue that gives the numbers their meaning. */
  readonly c: string
  /** The set of numbers, as base64url. */
  readonly b: string
}

/** `routes`: grants as text, for example `GET /orders/*`, while they are few; otherwise a bitmap. */
export type RoutesClaim = readonly string[] | RoutesBitmap

/** Which of the two forms it is: `Array.isArray` alone does not tell the compiler. */
export function isRouteList(routes: RoutesClaim): routes is readonly string[] {
  return Array.isArray(routes)
}

/** The claims of a verified access token. Members that the profile does not name are not passed on. */
export interface AccessTokenClaims {
  readonly iss: string
  /** `u_…` for people, `svc:<client_id>` for machines. */
  readonly sub: string
  readonly aud: string
  readonly client_id: string
  /** Seconds since 1970. */
  readonly iat: number
  /** Seconds since 1970. */
  readonly exp: number
  readonly jti: string
  readonly scope: string
  readonly rev: RevClaim
  readonly routes: RoutesClaim
  readonly sid?: string
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  readonly act?: ActorClaim
  readonly cnf?: Readonly<Record<string, string>>
  readonly status?: StatusClaim
}

/** `status` (Token Status List, section 6.1): where those that poll see whether the token has ended. */
export interface StatusClaim {
  readonly status_list: { readonly idx: number; readonly uri: string }
}

/** Media types in the `typ` header that keep our JWTs apart (RFC 8725 section 3.11). */
export const TYP = {
  accessToken: 'at+jwt',
  idToken: 'JWT',
  logoutToken: 'logout+jwt',
  /** RFC 9449 section 4.2. */
  dpopProof: 'dpop+jwt',
  /** RFC 9101 section 10.8. */
  requestObject: 'oauth-authz-req+jwt',
  /** rfc7523bis section 4. */
  clientAssertion: 'client-authentication+jwt',
  /** RFC 9701 section 5. */
  introspection: 'token-introspection+jwt',
  /** RFC 8417 section 2.3. */
  securityEvent: 'secevent+jwt',
  /** Token Status List section 5.1. */
  statusList: 'statuslist+jwt',
} as const

/** `sub` of a machine: disjoint from people's ids by its prefix (RFC 9068 section 5). */
export function machineSubject(clientId: string): string {
  return `svc:${clientId}`
}

export function isUserSubject(sub: string): boolean {
  return sub.startsWith('u_')
}

/** A person as one sector of clients knows them (OpenID Connect Core section 8.1): `p_` and 43 characters of base64url. */
export function isPairwiseSubject(sub: string): boolean {
  return sub.startsWith('p_')
}
