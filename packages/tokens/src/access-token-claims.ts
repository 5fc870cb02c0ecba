import {
  type AccessTokenClaims,
  type ActorClaim,
  isPairwiseSubject,
  isUserSubject,
  LIMITS,
} from '@latchkey/protocol'
import type { TokenFault } from './access-token.ts'
import { readConfirmation } from './read-confirmation.ts'
import { readRoutesClaim } from './read-routes-claim.ts'
import { readStatusClaim } from './read-status-claim.ts'

/** The claims of an access token: RFC 9068 section 2.2, packages/tokens/README.md. */

/** Visible ASCII: no two such texts look alike or become equal by normalisation, and none can forge a line of a log. */
const IDENTIFIER = /^[!-~]{1,255}$/
/** People and machines have disjoint names: RFC 9068 section 5. */
const SUBJECT = /^(?:u_|svc:)[!-~]{1,251}$/
/** A person as one sector of clients knows them: OpenID Connect Core section 8.1. */
const PAIRWISE_SUBJECT = /^p_[A-Za-z0-9_-]{43}$/
/** RFC 6749 section 3.3; empty when no scope was granted. */
const SCOPE = /^(?:[!#-[\]-~]+(?: [!#-[\]-~]+)*)?$/

const MAX_ACTORS = 8
const MAX_AMR = 16
/** Partitions are named in ids with at most four digits. */
const MAX_PARTITION = 9999

export interface ExpectedClaims {
  readonly issuer: string
  readonly audience: string
}

type Payload = Readonly<Record<string, unknown>>
type Writable<T> = { -readonly [Name in keyof T]: T[Name] }

/**
 * Reads a payload into claims with the members of the profile and no others, or says what is wrong. Looks at everything
 * but the time.
 */
export function readAccessTokenClaims(
  payload: Payload,
  expected: ExpectedClaims,
): AccessTokenClaims | TokenFault {
  const { iss, aud, sub, client_id, iat, exp, jti, scope, rev } = payload
  if (iss !== expected.issuer) return 'wrong_issuer'
  if (aud !== expected.audience) return 'wrong_audience'
  // Entries about a person name the person. Only the issuer finds them behind a pairwise subject, so no service takes one.
  const isNamed = isSubject(sub) || (aud === iss && isPairwise(sub))
  if (!isNamed || !isIdentifier(client_id) || !isIdentifier(jti)) return 'bad_claim'
  if (client_id.length > LIMITS.clientIdChars) return 'bad_claim'
  if (!isTime(iat) || !isTime(exp) || exp <= iat) return 'bad_claim'
  if (exp - iat > LIMITS.accessTokenMaxSeconds) return 'bad_claim'
  if (typeof scope !== 'string' || scope.length > LIMITS.scopeChars || !SCOPE.test(scope)) {
    return 'bad_claim'
  }
  const routes = readRoutesClaim(payload['routes'])
  if (!isRev(rev) || routes === undefined) return 'bad_claim'
  const claims: Writable<AccessTokenClaims> = {
    iss,
    sub,
    aud,
    client_id,
    iat,
    exp,
    jti,
    scope,
    rev,
    routes,
  }
  if (!addSignIn(claims, payload) || !addActor(claims, payload)) return 'bad_claim'
  // A binding that nobody here can check must not get lost: then the token would pass for one that anybody may use.
  const cnf = readConfirmation(payload['cnf'])
  if (cnf === 'unknown') return 'proof_missing'
  if (cnf !== undefined) claims.cnf = cnf
  const status = readStatusClaim(payload['status'])
  if (status === 'malformed') return 'bad_claim'
  if (status !== undefined) claims.status = status
  return claims
}

/** Claims are kept and shared between requests, so nobody may change them. */
export function freezeClaims(claims: AccessTokenClaims): AccessTokenClaims {
  Object.freeze(claims.rev)
  Object.freeze(claims.routes)
  if (claims.amr) Object.freeze(claims.amr)
  if (claims.cnf) Object.freeze(claims.cnf)
  if (claims.status) Object.freeze(Object.freeze(claims.status).status_list)
  for (let actor = claims.act; actor; actor = actor.act) Object.freeze(actor)
  return Object.freeze(claims)
}

/** What is known of the person's sign-in. A user's token has `sid`: else the end of the session could not reach it. */
function addSignIn(claims: Writable<AccessTokenClaims>, payload: Payload): boolean {
  const { sid, auth_time, acr, amr } = payload
  if (sid !== undefined) {
    if (!isIdentifier(sid)) return false
    claims.sid = sid
  } else if (isUserSubject(claims.sub) || isPairwiseSubject(claims.sub)) {
    return false
  }
  if (auth_time !== undefined) {
    if (!isTime(auth_time)) return false
    claims.auth_time = auth_time
  }
  if (acr !== undefined) {
    if (!isIdentifier(acr)) return false
    claims.acr = acr
  }
  if (amr !== undefined) {
    if (!Array.isArray(amr) || amr.length > MAX_AMR || !amr.every(isIdentifier)) return false
    claims.amr = amr
  }
  return true
}

function addActor(claims: Writable<AccessTokenClaims>, payload: Payload): boolean {
  if (payload['act'] === undefined) return true
  const actor = readActor(payload['act'], MAX_ACTORS)
  if (actor) claims.act = actor
  return actor !== undefined
}

/** RFC 8693 section 4.1: the outermost actor first. */
function readActor(value: unknown, remaining: number): ActorClaim | undefined {
  if (remaining === 0 || typeof value !== 'object' || value === null) return undefined
  const { sub, act } = value as Payload
  if (!isSubject(sub)) return undefined
  if (act === undefined) return { sub }
  const inner = readActor(act, remaining - 1)
  return inner && { sub, act: inner }
}

function isIdentifier(value: unknown): value is string {
  return typeof value === 'string' && IDENTIFIER.test(value)
}

function isSubject(value: unknown): value is string {
  return typeof value === 'string' && SUBJECT.test(value)
}

function isPairwise(value: unknown): value is string {
  return typeof value === 'string' && PAIRWISE_SUBJECT.test(value)
}

function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}

function isRev(value: unknown): value is AccessTokenClaims['rev'] {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    value.every((part) => Number.isSafeInteger(part) && part >= 0) &&
    value[0] <= MAX_PARTITION
  )
}
