/** How strongly the person must be authenticated: OpenID Connect Core sections 3.1.2.1 and 5.5.1.1, RFC 9470 section 4. */
import { type ClaimRequest, type ClaimsRequest, OAuthError } from '@latchkey/protocol'
import { bounded, type Parameters } from '../http/parameters.ts'

const MOST_CHARS = 1024

export interface AcrWish {
  /** One of these is a must: the claim `acr`, marked as essential. Empty: nothing is. */
  readonly required: readonly string[]
  /** Welcome in this order, where the person can: `acr_values`, or the claim without `essential`. */
  readonly preferred: readonly string[]
}

export function checkAcr(parameters: Parameters, claims: ClaimsRequest | undefined): AcrWish {
  const listed = (bounded(parameters, 'acr_values', MOST_CHARS) ?? '')
    .split(' ')
    .filter((value) => value !== '')
  const claim = claims?.id_token?.['acr']
  const named = claim ? valuesOf(claim) : []
  return claim?.essential === true
    ? { required: named, preferred: listed }
    : { required: [], preferred: [...listed, ...named] }
}

function valuesOf(claim: ClaimRequest): readonly string[] {
  const values = [...(claim.value === undefined ? [] : [claim.value]), ...(claim.values ?? [])]
  if (!values.every((value) => typeof value === 'string')) {
    throw new OAuthError('invalid_request', 'claims_acr_value', {
      description: 'values of acr are strings',
    })
  }
  return values
}
