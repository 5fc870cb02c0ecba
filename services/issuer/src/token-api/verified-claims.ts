import type { Client } from '@latchkey/directory'
import { type AccessTokenClaims, OAuthError } from '@latchkey/protocol'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'

/**
 * The claims of an access token that its service would take at this moment: signature, lifetime and revocation log. Only for whom the
 * token concerns: it is the client's own, or for one of its services. A refresh token is never one.
 * @throws OAuthError invalid_token
 */
export async function verifiedClaims(
  token: string,
  client: Client,
  readAccessToken: AccessTokenReader,
): Promise<AccessTokenClaims> {
  const read = await readAccessToken(token)
  if (read.kind === 'invalid') throw new OAuthError('invalid_token', read.reason)
  const { claims } = read
  const concerns = claims.client_id === client.id || client.services.includes(claims.aud)
  if (!concerns) throw new OAuthError('invalid_token', 'token_of_others')
  return claims
}
