/** The authorization request, OpenID Connect Core section 3.1.2.1: read it top to bottom and tick it off against section 3.1.2.2. */
import type { Client } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { bounded, type Parameters } from '../http/parameters.ts'
import { checkAudience } from './audience.ts'
import { checkCodeChallenge } from './pkce.ts'
import { checkPrompt, type PromptFacts } from './prompt.ts'
import { checkResponse } from './response.ts'
import { checkScope } from './scope.ts'
import { refuseUnsupported } from './unsupported-parameters.ts'

/** Parsed and checked; the client and the redirect URI were proven before. */
export interface AuthorizationRequest extends PromptFacts {
  readonly client: Client
  readonly redirectUri: string
  readonly state: string | undefined
  readonly scope: string
  readonly audience: string
  readonly codeChallenge: string | undefined
  readonly nonce: string | undefined
  readonly loginHint: string | undefined
  readonly idTokenHint: string | undefined
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
  checkResponse(parameters, client)
  return {
    client,
    redirectUri,
    state: checkState(parameters),
    scope: checkScope(parameters),
    audience: checkAudience(parameters, client, issuer),
    codeChallenge: checkCodeChallenge(parameters, client),
    ...checkPrompt(parameters),
    nonce: bounded(parameters, 'nonce', LIMITS.nonceChars),
    loginHint: bounded(parameters, 'login_hint', LIMITS.usernameChars),
    idTokenHint: bounded(parameters, 'id_token_hint', LIMITS.tokenBytes),
    uiLocales: bounded(parameters, 'ui_locales', 256),
  }
}

export function checkState(parameters: Parameters): string | undefined {
  return bounded(parameters, 'state', LIMITS.stateChars)
}
