/** Who asks: RFC 6749 section 4.1.1. Until client and redirect URI are proven, errors are pages and never redirects. */
import type { Client, Clients } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { type Parameters, required } from '../http/parameters.ts'

export async function checkClient(
  parameters: Parameters,
  clients: Pick<Clients, 'find'>,
): Promise<Client> {
  const clientId = required(parameters, 'client_id', LIMITS.clientIdChars)
  const client = await clients.find(clientId)
  if (!client) throw new OAuthError('invalid_request', 'client_unknown')
  if (client.disabled) throw new OAuthError('invalid_request', 'client_disabled')
  return client
}
