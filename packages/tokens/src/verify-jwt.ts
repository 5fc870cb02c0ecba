import { LIMITS } from '@latchkey/protocol'
import { checkKeyKind } from './check-key-record.ts'
import { checkTimes } from './check-times.ts'
import { keyForTyp } from './key-for-typ.ts'
import type { KeyRecord } from './key-record.ts'
import { openJws } from './open-jws.ts'
import { readPayload } from './read-payload.ts'
import { type Refusal, refusal } from './refusal.ts'
import type { PlainTyp } from './sign-jwt.ts'

export interface VerifyJwtOptions {
  /** By kid. */
  readonly keys: ReadonlyMap<string, KeyRecord>
  /** Exactly this type, with or without `application/`. */
  readonly typ: PlainTyp
  /** Exactly the `iss`; the key must be this issuer's too. */
  readonly issuer: string
  /** Exactly the `aud`. Left out: any one audience, and the caller looks at `claims.aud`. */
  readonly audience?: string
  /** Wall clock in whole seconds since 1970. */
  readonly nowSeconds: number
  /** Seconds that `iat` and `nbf` may lie ahead. Default 5. Never applied to `exp`. */
  readonly clockSkewSeconds?: number
  /** Seconds from `iat` to `exp` at most. Default one day. */
  readonly maxLifetimeSeconds?: number
  /** Default false. True for hints (OpenID Connect RP-Initiated Logout section 2), which may be old. */
  readonly allowExpired?: boolean
}

export type JwtOutcome =
  | {
      readonly kind: 'valid'
      /** With `iss` and `aud` as strings, `iat` and `exp` as integers; the rest is for the caller to read. */
      readonly claims: Readonly<Record<string, unknown>>
      readonly kid: string
    }
  | Refusal

const DAY_SECONDS = 86_400

/**
 * Verifies a JWT other than an access token as strictly as one: ID tokens that come back as hints, logout tokens.
 * @throws InputError when the key that the token names must not be used
 */
export function verifyJwt(token: string, options: VerifyJwtOptions): JwtOutcome {
  const opened = openJws(token, (segment) => {
    const found = keyForTyp(segment, options.typ, options.keys)
    if (typeof found !== 'string') checkKeyKind(found.key, found.alg, `key ${found.kid}`)
    return found
  })
  if (typeof opened === 'string') return refusal(opened)
  const claims = readPayload(opened.payload)
  if (typeof claims === 'string') return refusal(claims)
  const { iss, aud, iat, exp, nbf } = claims
  const { issuer, audience, maxLifetimeSeconds = DAY_SECONDS } = options
  const { record } = opened
  if (iss !== issuer || record.issuer !== issuer) return refusal('wrong_issuer')
  if (typeof aud !== 'string' || aud === '') return refusal('wrong_audience')
  if (aud !== (audience ?? aud) || aud !== (record.audience ?? aud)) {
    return refusal('wrong_audience')
  }
  if (!isTime(iat) || !isTime(exp) || exp <= iat) return refusal('bad_claim')
  if (exp - iat > maxLifetimeSeconds) return refusal('bad_claim')
  const skew = options.clockSkewSeconds ?? LIMITS.clockSkewSeconds
  const fault = checkTimes(iat, exp, nbf, options.nowSeconds, skew)
  if (fault && !(fault === 'expired' && options.allowExpired)) return refusal(fault)
  return { kind: 'valid', claims: Object.freeze(claims), kid: record.kid }
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
