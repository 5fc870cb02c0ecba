/** Checking a logout token: OpenID Connect Back-Channel Logout 1.0 section 2.6, RFC 8725. */
import { LIMITS } from '@latchkey/protocol'
import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { SIGNING_ALGORITHMS } from './discovery.ts'
import type { EndedSession } from './ended-sessions.ts'
import { LOGIN_LIMITS } from './limits.ts'

export interface LogoutTokenDeps {
  readonly keys: JWTVerifyGetKey
  readonly issuer: string
  readonly clientId: string
  readonly nowMs: number
}

export type LogoutTokenOutcome =
  | {
      readonly kind: 'valid'
      readonly ended: EndedSession
      readonly jti: string
      /** Seconds since 1970. */
      readonly exp: number
    }
  | { readonly kind: 'invalid'; readonly reason: string }
  /** The keys of the issuer cannot be had at the moment: nobody knows. */
  | { readonly kind: 'unavailable' }

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Everything but the replay of `jti`, which needs a memory. */
export async function verifyLogoutToken(
  token: string,
  { keys, issuer, clientId, nowMs }: LogoutTokenDeps,
): Promise<LogoutTokenOutcome> {
  if (token.length > LOGIN_LIMITS.logoutTokenChars) return invalid('too_long')
  try {
    const { payload, protectedHeader } = await jwtVerify(token, keys, {
      algorithms: [...SIGNING_ALGORITHMS],
      issuer,
      audience: clientId,
      requiredClaims: ['iat', 'exp', 'jti', 'events'],
      maxTokenAge: LOGIN_LIMITS.logoutTokenAgeSeconds,
      clockTolerance: LIMITS.clockSkewSeconds,
      currentDate: new Date(nowMs),
    })
    // Compared here, because jose lets other letter cases and a prefix pass.
    if (protectedHeader.typ !== 'logout+jwt') return invalid('wrong_typ')
    return judge(payload, clientId)
  } catch (error) {
    return isAboutToken(error) ? invalid(error.code.toLowerCase()) : { kind: 'unavailable' }
  }
}

/** What is left are faults of the way to the keys: no answer, one that is late, one with another status than 200. */
function isAboutToken(error: unknown): error is errors.JOSEError {
  const isFetch =
    error instanceof errors.JWKSTimeout ||
    (error instanceof errors.JOSEError && error.code === 'ERR_JOSE_GENERIC')
  return error instanceof errors.JOSEError && !isFetch
}

function judge(payload: JWTPayload, clientId: string): LogoutTokenOutcome {
  const { aud, iat, exp, jti, sub, sid, events } = payload
  if (Array.isArray(aud) && (aud.length !== 1 || aud[0] !== clientId)) return invalid('other_aud')
  if (!Number.isSafeInteger(iat) || !Number.isSafeInteger(exp)) return invalid('bad_time')
  if ('nonce' in payload) return invalid('nonce_present')
  if (!isLogoutEvent(events)) return invalid('bad_events')
  if (!isName(jti)) return invalid('bad_jti')
  if (sub === undefined && sid === undefined) return invalid('nobody_named')
  if (sub !== undefined && !isName(sub)) return invalid('bad_sub')
  if (sid !== undefined && !isName(sid)) return invalid('bad_sid')
  return { kind: 'valid', ended: { sid, sub }, jti, exp: exp as number }
}

/** Exactly one member, this one, with a JSON object. */
function isLogoutEvent(events: unknown): boolean {
  if (!isObject(events)) return false
  return Object.keys(events).length === 1 && isObject(events[EVENT])
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LOGIN_LIMITS.logoutClaimChars
}

function invalid(reason: string): LogoutTokenOutcome {
  return { kind: 'invalid', reason }
}
