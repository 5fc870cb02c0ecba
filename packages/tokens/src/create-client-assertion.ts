import { type Random, randomId, systemRandom, TYP } from '@latchkey/protocol'
import type { ClientSigningKey } from './client-key.ts'
import { signWithHeader } from './sign-jwt.ts'

/** `client_assertion_type`: RFC 7523 section 2.2. */
export const CLIENT_ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Enough for one request and a slow network. */
const LIFETIME_SECONDS = 60

export interface ClientAssertionFacts {
  readonly clientId: string
  /** The issuer's identifier, and nothing else: an endpoint's address could be another server's. */
  readonly issuer: string
  /** Wall clock in whole seconds since 1970. */
  readonly nowSeconds: number
  /** Default `systemRandom`. */
  readonly random?: Random
}

/** A client's proof of who it is: RFC 7523 section 3, with the type of its revision. Good for one request and a minute. */
export function createClientAssertion(key: ClientSigningKey, facts: ClientAssertionFacts): string {
  const { clientId, issuer, nowSeconds, random = systemRandom } = facts
  const named = key.kid === undefined ? {} : { kid: key.kid }
  return signWithHeader(
    key,
    { alg: key.alg, typ: TYP.clientAssertion, ...named },
    {
      iss: clientId,
      sub: clientId,
      aud: issuer,
      jti: randomId(random),
      iat: nowSeconds,
      exp: nowSeconds + LIFETIME_SECONDS,
    },
  )
}
