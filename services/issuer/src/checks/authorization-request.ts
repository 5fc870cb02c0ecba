/** The authorization request, OpenID Connect Core section 3.1.2.1: read it top to bottom and tick it off against section 3.1.2.2. */
import type { Client } from '@latchkey/directory'
import { type ClaimsRequest, LIMITS, type RoutesDetail } from '@latchkey/protocol'
import { bounded, type Parameters } from '../http/parameters.ts'
import { scopeWithClaims } from '../minting/allowed-claims.ts'
import { type AcrWish, checkAcr } from './acr.ts'
import { checkAudience } from './audience.ts'
import { checkAuthorizationDetails, detailsAudience } from './authorization-details.ts'
import { checkClaims } from './claims-parameter.ts'
import { checkDpopJkt } from './dpop-jkt.ts'
import { checkCodeChallenge } from './pkce.ts'
import { checkPrompt, type PromptFacts } from './prompt.ts'
import { checkResponse, type ResponseMode } from './response.ts'
import { checkScope } from './scope.ts'
import { refuseUnsupported } from './unsupported-parameters.ts'

/** Parsed and checked; the client and the redirect URI were proven before. */
export interface AuthorizationRequest extends PromptFacts {
  readonly client: Client
  readonly redirectUri: string
  readonly responseMode: ResponseMode
  readonly state: string | undefined
  readonly scope: string
  /** `scope`, and the scopes that open what `claims` names. */
  readonly consentScope: string
  readonly audience: string
  /** What the client narrows the rights to (RFC 9396). */
  readonly details?: readonly RoutesDetail[]
  readonly codeChallenge: string | undefined
  readonly dpopJkt: string | undefined
  readonly nonce: string | undefined
  readonly loginHint: string | undefined
  readonly idTokenHint: string | undefined
  readonly claims: ClaimsRequest | undefined
  readonly acr: AcrWish
  readonly uiLocales: string | undefined
}

export interface ProvenTarget {
  readonly client: Client
  readonly redirectUri: string
}

/** @throws OAuthError that may be sent to the proven redirect URI */
export function checkAuthorizationRequest(
  parameters: Parameters,
  target: ProvenTarget,
  issuer: string,
): AuthorizationRequest {
  const { client, redirectUri } = target
  refuseUnsupported(parameters)
  const scope = checkScope(parameters)
  const claims = checkClaims(parameters)
  const details = checkAuthorizationDetails(parameters)
  checkIgnored(parameters)
  return {
    client,
    redirectUri,
    responseMode: checkResponse(parameters, client),
    state: checkState(parameters),
    scope,
    consentScope: scopeWithClaims(scope, claims),
    audience: checkAudience(parameters, client, issuer, { details: detailsAudience(details) }),
    ...(details && { details }),
    codeChallenge: checkCodeChallenge(parameters, client),
    dpopJkt: checkDpopJkt(parameters),
    ...checkPrompt(parameters, client),
    nonce: bounded(parameters, 'nonce', LIMITS.nonceChars),
    loginHint: bounded(parameters, 'login_hint', LIMITS.usernameChars),
    idTokenHint: bounded(parameters, 'id_token_hint', LIMITS.tokenBytes),
    claims,
    acr: checkAcr(parameters, claims),
    uiLocales: bounded(parameters, 'ui_locales', LOCALES_CHARS),
  }
}

const LOCALES_CHARS = 256

export function checkState(parameters: Parameters): string | undefined {
  return bounded(parameters, 'state', LIMITS.stateChars)
}

/**
 * Accepted without any effect, as section 15.1 asks: our pages fit every `display`, pop-ups and telephones too, and what is
 * kept about a person is kept in one language, whatever `claims_locales` prefers.
 */
function checkIgnored(parameters: Parameters): void {
  bounded(parameters, 'display', LOCALES_CHARS)
  bounded(parameters, 'claims_locales', LOCALES_CHARS)
}
