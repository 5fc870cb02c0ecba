import { InputError, LIMITS, TYP } from '@latchkey/protocol'
import type { TokenFault, TokenOutcome } from './access-token.ts'
import { freezeClaims, readAccessTokenClaims } from './access-token-claims.ts'
import { checkTimes } from './check-times.ts'
import { headerSegment } from './jose-header.ts'
import { keyForTyp } from './key-for-typ.ts'
import { keyMap } from './key-map.ts'
import type { KeyRecord } from './key-record.ts'
import { openJws } from './open-jws.ts'
import { readPayload } from './read-payload.ts'
import { refusal } from './refusal.ts'

export interface AccessTokenVerifierOptions {
  /** Exactly the `iss` of the tokens. */
  readonly issuer: string
  /** Exactly the `aud` of the tokens. */
  readonly audience: string
  /** By kid. All of them belong to this issuer and audience. Make a new verifier when keys change. */
  readonly keys: ReadonlyMap<string, KeyRecord>
  /** Seconds that `iat` and `nbf` may lie ahead. Default 5. Never applied to `exp`. */
  readonly clockSkewSeconds?: number
}

export interface AccessTokenVerifier {
  /**
   * The strict profile of the README, all of it but revocation, lease and route. Does no I/O and throws nothing. `nowSeconds` is
   * the wall clock in whole seconds since 1970.
   */
  verify(token: string, nowSeconds: number): TokenOutcome
}

/** @throws InputError `key-foreign`, and what `keyMap` throws */
export function accessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const { clockSkewSeconds = LIMITS.clockSkewSeconds } = options
  const keys = keyMap(options.keys.values())
  for (const record of keys.values()) checkBinding(record, options)
  // Nearly every token has a header that we wrote, letter for letter: those need no reading.
  const ours = [...keys.values()].map((record) => ({
    segment: headerSegment(record, TYP.accessToken),
    record,
  }))
  const keyForHeader = (segment: string): KeyRecord | TokenFault => {
    // A service has one or two keys, and comparing with them costs less than the hash of a text that was never hashed.
    for (const header of ours) if (header.segment === segment) return header.record
    return keyForTyp(segment, TYP.accessToken, keys)
  }
  return {
    verify: (token, nowSeconds) => {
      const opened = openJws(token, keyForHeader)
      if (typeof opened === 'string') return refusal(opened)
      const payload = readPayload(opened.payload)
      if (typeof payload === 'string') return refusal(payload)
      const claims = readAccessTokenClaims(payload, options)
      if (typeof claims === 'string') return refusal(claims)
      const fault = checkTimes(claims.iat, claims.exp, payload['nbf'], nowSeconds, clockSkewSeconds)
      if (fault) return refusal(fault)
      const { kid } = opened.record
      const kind = claims.cnf === undefined ? 'valid' : 'bound'
      return { kind, claims: freezeClaims(claims), kid }
    },
  }
}

/** A key of another issuer or service must not open tokens here, not even ones that name this service. */
function checkBinding(record: KeyRecord, expected: { issuer: string; audience: string }): void {
  if (record.issuer === expected.issuer && record.audience === expected.audience) return
  throw new InputError('key-foreign', {
    where: `key ${record.kid}`,
    received: `a key of ${record.issuer} for ${record.audience ?? 'ID tokens'}`,
    expected: `a key of ${expected.issuer} for ${expected.audience}`,
  })
}
