/** Which service the access token is for: RFC 8707. One audience per token, because each service has a key of its own. */
import type { Client } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'

/** At the token endpoint, section 2.2: another service of the client, or else the one that the sign-in was for. */
export function chosenAudience(
  parameters: Parameters,
  client: Pick<Client, 'services'>,
  issuer: string,
  granted: string,
): string {
  return parameters.all('resource').length > 0 ? checkAudience(parameters, client, issuer) : granted
}

export interface AudienceNames {
  /** Which parameters name it: token exchange also takes `audience` (RFC 8693 section 2.1). Default: `resource`. */
  readonly names?: readonly ('resource' | 'audience')[]
  /** The location of `authorization_details` (RFC 9396 section 2.2), which names it as well. */
  readonly details?: string | undefined
}

/** The audience asked for, or the client's first service, or the issuer itself (for `/userinfo`). */
export function checkAudience(
  parameters: Parameters,
  client: Pick<Client, 'services'>,
  issuer: string,
  { names = ['resource'], details }: AudienceNames = {},
): string {
  const asked = new Set(names.flatMap((name) => parameters.all(name)))
  if (details !== undefined) asked.add(details)
  if (asked.size > 1) {
    throw new OAuthError('invalid_target', 'several_resources', {
      description: 'one token is for one service: send one resource',
    })
  }
  const [audience] = asked
  if (audience === undefined) return client.services[0] ?? issuer
  const allowed = audience === issuer || client.services.includes(audience)
  if (audience.length > LIMITS.uriChars || !allowed) {
    throw new OAuthError('invalid_target', 'resource_not_allowed', {
      description: 'this client may not ask for tokens for that resource',
    })
  }
  return audience
}
