/** JWTs that a client signs with a registered key: assertions (RFC 7523 section 3), request objects (RFC 9101 section 6.2). */
import { LIMITS } from '@latchkey/protocol'
import type { TokenFault } from './access-token.ts'
import { type ClientHeader, isTyp, readClientHeader } from './client-header.ts'
import type { ClientKey } from './import-client-keys.ts'
import type { AsymmetricAlg } from './key-record.ts'
import { type OpenedJws, openJws } from './open-jws.ts'
import { readPayload } from './read-payload.ts'
import { type Refusal, refusal } from './refusal.ts'

export interface VerifyClientJwtOptions {
  /** The client's, imported for `alg`. When the header names no `kid`, each may be the right one. */
  readonly keys: readonly ClientKey[]
  /** The only algorithm that is taken. */
  readonly alg: AsymmetricAlg
  /** Types that are taken, each with or without `application/`; undefined stands for a header without `typ`. */
  readonly typs: readonly (string | undefined)[]
  /** Exactly the `iss`: the client's id. */
  readonly issuer: string
  /** Exactly the `aud`, which must be one text: lists are how one server's assertions come to be used at another. */
  readonly audience: string
  /** Exactly the `sub`, where one is wanted. */
  readonly subject?: string
  /** Claims that must be there. `exp`, `nbf`, `iat` and `jti` must be right wherever they are. Default: none. */
  readonly required?: readonly ('exp' | 'nbf' | 'iat' | 'jti')[]
  /** Wall clock in whole seconds since 1970. */
  readonly nowSeconds: number
  /** Seconds to `exp` at most, from `nbf` or `iat`, whichever is earlier, and from now. */
  readonly maxLifetimeSeconds: number
  /** Seconds that `nbf` and `iat` may lie ahead. Default 10: FAPI 2.0 section 5.3.2.1 takes 10 and bars more than 60. */
  readonly aheadSeconds?: number
}

export type ClientJwtOutcome =
  /** `exp`, `nbf` and `iat` are integers and `jti` is a text of 1 to 256 characters, where they are; the rest is unread. */
  { readonly kind: 'valid'; readonly claims: Readonly<Record<string, unknown>> } | Refusal

export type ClientJwtHeader =
  | { readonly kind: 'read'; readonly alg: AsymmetricAlg; readonly kid: string | undefined }
  | Refusal

const AHEAD_SECONDS = 10
const MAX_JTI_CHARS = 256

/** What a JWT says about its key, to look for it with. Nothing in it is true before `verifyClientJwt` says so. */
export function clientJwtHeader(token: string): ClientJwtHeader {
  if (token.length > LIMITS.tokenBytes) return refusal('too_long')
  const header = readClientHeader(token.slice(0, Math.max(0, token.indexOf('.'))))
  return typeof header === 'string'
    ? refusal(header)
    : { kind: 'read', alg: header.alg, kid: header.kid }
}

/** As strict as `verifyJwt`, but for header members that others write. Throws nothing. */
export function verifyClientJwt(token: string, options: VerifyClientJwtOptions): ClientJwtOutcome {
  const opened = openWithSome(token, options)
  if (typeof opened === 'string') return refusal(opened)
  const claims = readPayload(opened.payload)
  if (typeof claims === 'string') return refusal(claims)
  if (claims['iss'] !== options.issuer) return refusal('wrong_issuer')
  if (claims['aud'] !== options.audience) return refusal('wrong_audience')
  if (options.subject !== undefined && claims['sub'] !== options.subject) {
    return refusal('bad_claim')
  }
  const fault = checkForm(claims, options) ?? checkLife(claims, options)
  return fault ? refusal(fault) : { kind: 'valid', claims: Object.freeze(claims) }
}

/** Tries the keys that the header allows, one by one: `importClientKeys` bounds their number. */
function openWithSome(
  token: string,
  options: VerifyClientJwtOptions,
): OpenedJws<{ alg: AsymmetricAlg; key: ClientKey['key'] }> | TokenFault {
  let fault: TokenFault = 'unknown_kid'
  for (const { kid, key } of options.keys) {
    const opened = openJws(token, (segment) => {
      const header = readClientHeader(segment)
      if (typeof header === 'string') return header
      const refused = headerFault(header, options)
      if (refused) return refused
      return header.kid === undefined || header.kid === kid
        ? { alg: options.alg, key }
        : 'unknown_kid'
    })
    if (typeof opened !== 'string') return opened
    // Another key's name says less than a signature that was looked at.
    if (fault !== 'bad_signature') fault = opened
  }
  return fault
}

function headerFault(
  header: ClientHeader,
  { typs, alg }: VerifyClientJwtOptions,
): TokenFault | undefined {
  if (!typs.some((typ) => isTyp(header.typ, typ))) return 'wrong_typ'
  return header.alg === alg ? undefined : 'wrong_alg'
}

type Claims = Readonly<Record<string, unknown>>

function checkForm(
  claims: Claims,
  { required = [] }: VerifyClientJwtOptions,
): TokenFault | undefined {
  if (required.some((name) => claims[name] === undefined)) return 'bad_claim'
  const times = [claims['exp'], claims['nbf'], claims['iat']]
  if (!times.every((time) => time === undefined || isTime(time))) return 'bad_claim'
  const { jti } = claims
  const isName = typeof jti === 'string' && jti !== '' && jti.length <= MAX_JTI_CHARS
  return jti === undefined || isName ? undefined : 'bad_claim'
}

/** RFC 7519 sections 4.1.4 to 4.1.6, and how long a client may make its statements live. */
function checkLife(claims: Claims, options: VerifyClientJwtOptions): TokenFault | undefined {
  const { exp, nbf, iat } = claims as { exp?: number; nbf?: number; iat?: number }
  const { nowSeconds, maxLifetimeSeconds, aheadSeconds = AHEAD_SECONDS } = options
  const latest = nowSeconds + aheadSeconds
  const begin = Math.min(nbf ?? latest, iat ?? latest)
  if (Math.max(nbf ?? begin, iat ?? begin) > latest) return 'not_yet_valid'
  if (exp !== undefined && exp - begin > maxLifetimeSeconds) return 'bad_claim'
  // Written so that a clock that gives NaN refuses. Without `exp` the token lives as long as it could have said.
  return nowSeconds < (exp ?? begin + maxLifetimeSeconds) ? undefined : 'expired'
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
