/** What a request to sign out says: OpenID Connect RP-Initiated Logout 1.0 sections 2 and 3. */
import type { Client, Clients } from '@latchkey/directory'
import { LIMITS, OAuthError, StoreUnavailable } from '@latchkey/protocol'
import { bounded, type Parameters } from '../http/parameters.ts'
import type { IdTokenHint, IdTokenHints } from '../reading/id-token-hints.ts'

/** After its own checks: whom it comes from and where the person may be sent afterwards. */
export interface LogoutRequest {
  readonly hint: IdTokenHint | undefined
  readonly client: Client | undefined
  /** Registered to the letter, and the hint proves that the app asked. */
  readonly returnTo: string | undefined
  readonly uiLocales: string | undefined
}

export interface LogoutRequestDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly hints: IdTokenHints
}

/** Faults are pages, never redirects. */
export async function readLogoutRequest(
  parameters: Parameters,
  deps: LogoutRequestDeps,
): Promise<LogoutRequest> {
  const hintText = bounded(parameters, 'id_token_hint', LIMITS.tokenBytes)
  const hint = hintText === undefined ? undefined : await deps.hints.read(hintText)
  if (hintText !== undefined && hint === undefined) {
    throw new OAuthError('invalid_request', 'id_token_hint_invalid')
  }
  const clientId = bounded(parameters, 'client_id', LIMITS.clientIdChars)
  if (hint && clientId !== undefined && clientId !== hint.clientId) {
    throw new OAuthError('invalid_request', 'client_id_differs_from_hint')
  }
  const found = await findClient(hint?.clientId ?? clientId, deps)
  const client = found === 'unavailable' ? undefined : found
  return {
    hint,
    client,
    returnTo: found === 'unavailable' ? undefined : returnAddress(parameters, hint, found),
    uiLocales: bounded(parameters, 'ui_locales', 256),
  }
}

async function findClient(
  id: string | undefined,
  deps: LogoutRequestDeps,
): Promise<Client | 'unavailable' | undefined> {
  if (id === undefined) return undefined
  try {
    const client = await deps.clients.find(id)
    if (!client) throw new OAuthError('invalid_request', 'client_unknown')
    return client
  } catch (error) {
    // While SQL is away signing out goes on (docs/architecture.md); only the way back to the app is unproven then.
    if (error instanceof StoreUnavailable) return 'unavailable'
    throw error
  }
}

function returnAddress(
  parameters: Parameters,
  hint: IdTokenHint | undefined,
  client: Client | undefined,
): string | undefined {
  const uri = bounded(parameters, 'post_logout_redirect_uri', LIMITS.uriChars)
  if (uri === undefined) return undefined
  if (!client?.postLogoutRedirectUris.includes(uri)) {
    throw new OAuthError('invalid_request', 'post_logout_redirect_uri_mismatch')
  }
  // Registered, but unproven: the person gets our page and is not sent anywhere (section 3).
  if (!hint) return undefined
  const state = bounded(parameters, 'state', LIMITS.stateChars)
  if (state === undefined) return uri
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams({ state })}`
}
