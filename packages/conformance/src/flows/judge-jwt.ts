/** JWTs of the issuer, judged by somebody else's code: RFC 7515, RFC 7519. */
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import type { Issuer } from '../issuer/issuer.ts'
import { expectStatus, expectThat, jsonOf } from '../rule/expect.ts'
import { RuleBroken } from '../rule/outcome.ts'

export interface JudgedJwt {
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

const CLOCK_SKEW_SECONDS = 5

/** The issuer's published keys. */
export async function publishedKeys(issuer: Issuer): Promise<JSONWebKeySet> {
  const answer = await issuer.send({ url: issuer.endpoint('jwks_uri') })
  expectStatus(answer, 200)
  const set = jsonOf(answer)
  expectThat(Array.isArray(set['keys']), 'no list of keys', '{"keys": [...]}')
  return set as unknown as JSONWebKeySet
}

/** Signature by a published key, `iss`, `aud`, `exp`, `iat`. With a secret: an HMAC by it (Core section 10.1). */
export async function judgeJwt(
  issuer: Issuer,
  jwt: string,
  expected: { readonly audience: string; readonly secret?: string | undefined },
): Promise<JudgedJwt> {
  const options = {
    issuer: issuer.settings.issuer,
    audience: expected.audience,
    clockTolerance: CLOCK_SKEW_SECONDS,
  }
  try {
    const { payload, protectedHeader } = expected.secret
      ? await jwtVerify(jwt, new TextEncoder().encode(expected.secret), options)
      : await jwtVerify(jwt, createLocalJWKSet(await publishedKeys(issuer)), options)
    return { header: protectedHeader as unknown as JudgedJwt['header'], claims: payload }
  } catch (error) {
    if (error instanceof RuleBroken) throw error
    const received = `a JWT that is refused: ${(error as Error).message}`
    throw new RuleBroken({ received, expected: 'a JWT that verifies' })
  }
}

/** What a JWT claims to be, without any check; undefined when it is none. */
export function jwtHeader(jwt: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return decodeProtectedHeader(jwt) as unknown as Readonly<Record<string, unknown>>
  } catch {
    return undefined
  }
}

/** The claims of a JWT, without any check. */
export function jwtClaims(jwt: string): Readonly<Record<string, unknown>> {
  try {
    return decodeJwt(jwt)
  } catch {
    throw new RuleBroken({ received: 'a text that is no JWT', expected: 'a JWT' })
  }
}
