import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'

/**
 * The JSON API is for the operator's own apps, each opted in: whoever handles passwords can keep them (RFC 9700 section 2.4).
 * @throws OAuthError unauthorized_client
 */
export function checkApiClient({ firstParty, tokenApi }: Client): void {
  if (firstParty && tokenApi) return
  throw new OAuthError('unauthorized_client', 'token_api_not_allowed', {
    description: 'this client may not use the JSON API',
  })
}
