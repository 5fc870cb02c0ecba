/** Tokens that are not of Latchkey's own profile: ID tokens (OpenID Connect Core section 3.1.3.7) and access tokens (RFC 9068 section 4). */
import type { TokenFault } from '@latchkey/tokens'
import {
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { OIDC_FAULTS } from './messages/oidc.ts'
import { discoverProvider } from './oidc/provider.ts'
import { providerErrors } from './oidc/provider-errors.ts'
import { providerFetch } from './oidc/provider-fetch.ts'
import { withProgress } from './progress.ts'

export type ForeignVerdict =
  | {
      readonly kind: 'good'
      readonly form: 'access_token' | 'id_token'
      readonly kid: string
      readonly claims: Readonly<Record<string, unknown>>
    }
  | { readonly kind: 'refused'; readonly reason: TokenFault; readonly kid: string }

export interface ForeignToken {
  readonly issuer: string
  readonly issuerAddress: string
  /** Absent: any. */
  readonly audience: string | undefined
  /** Absent: the public ones of the provider, found by discovery. */
  readonly keys: JSONWebKeySet | undefined
}

/** Clocks that are not quite the same. */
const TOLERANCE_SECONDS = 5

/** RFC 9068 section 2.2 and OpenID Connect Core section 2. */
const REQUIRED = {
  access_token: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
  id_token: ['iss', 'sub', 'aud', 'exp', 'iat'],
}

export async function verifyForeign(
  token: string,
  about: ForeignToken,
  context: Context,
): Promise<ForeignVerdict> {
  const { kid = '', typ = '' } = decodeProtectedHeader(token)
  const form = /^(?:application\/)?at\+jwt$/i.test(typ) ? 'access_token' : 'id_token'
  const keys = about.keys ?? (await withProgress(publicKeys(about), context))
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      issuer: about.issuer,
      ...(about.audience === undefined ? {} : { audience: about.audience }),
      requiredClaims: REQUIRED[form],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(context.terminal.now()),
    })
    return { kind: 'good', form, kid, claims: payload }
  } catch (cause) {
    if (cause instanceof errors.JOSEError) return { kind: 'refused', reason: reasonOf(cause), kid }
    throw cause
  }
}

async function publicKeys({ issuer, issuerAddress }: ForeignToken): Promise<JSONWebKeySet> {
  // Nobody is signed in: any client id does for reading what is public.
  const { metadata } = await discoverProvider({ issuer, issuerAddress, clientId: 'none' })
  const address = metadata.jwks_uri
  if (address === undefined)
    throw new CliError(OIDC_FAULTS.providerAnswer, { issuer, why: 'jwks_uri' })
  const fetchKeys = async () => {
    const headers = { accept: 'application/json' }
    const init = { method: 'GET', headers, body: undefined, redirect: 'manual' as const }
    const answer = await providerFetch(issuer, issuerAddress)(address, init)
    return (await answer.json()) as JSONWebKeySet
  }
  return await providerErrors(fetchKeys(), issuer)
}

const CLAIM_FAULTS: Readonly<Record<string, TokenFault>> = {
  iss: 'wrong_issuer',
  aud: 'wrong_audience',
  nbf: 'not_yet_valid',
}

function reasonOf(error: errors.JOSEError): TokenFault {
  if (error instanceof errors.JWTExpired) return 'expired'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'bad_signature'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return error.reason === 'check_failed'
      ? (CLAIM_FAULTS[error.claim] ?? 'bad_claim')
      : 'bad_claim'
  }
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return 'unknown_kid'
  }
  return error instanceof errors.JOSEAlgNotAllowed ? 'wrong_alg' : 'malformed'
}
