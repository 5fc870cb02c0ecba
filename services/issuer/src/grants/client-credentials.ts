/** grant_type=client_credentials: RFC 6749 section 4.4. A machine's own token: no refresh token, no ID token, no session. */
import type { Client, Directory } from '@latchkey/directory'
import {
  type Clock,
  machineSubject,
  nowSeconds,
  OAuthError,
  partitionOfSubject,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { checkAudience } from '../checks/audience.ts'
import { checkAuthorizationDetails, detailsAudience } from '../checks/authorization-details.ts'
import { checkSignalScope, refuseScope } from '../checks/scope.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AccessTokens } from '../minting/access-token.ts'
import { firstEnd } from '../minting/first-end.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { grantedDetails, narrowRoutes } from './narrowed-rights.ts'
import { livingClient, livingService } from './user-rights.ts'

export interface ClientCredentialsDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'log' | 'partitions'>
  readonly directory: {
    readonly clients: Pick<Directory['clients'], 'find' | 'rightsAt'>
    readonly services: Pick<Directory['services'], 'find'>
  }
  readonly accessTokens: AccessTokens
  readonly clock: Clock
}

export function clientCredentials(deps: ClientCredentialsDeps): Grant {
  return async (authenticated, parameters, proven) => {
    if (authenticated.authMethod === 'none') {
      throw new OAuthError('unauthorized_client', 'public_client')
    }
    const sub = machineSubject(authenticated.id)
    const now = nowSeconds(deps.clock)
    // The position first, then the client once more: what was read to authenticate it may be older (docs/architecture.md).
    const head = await deps.store.log.head(partitionOfSubject(sub, deps.store.partitions))
    const client = await livingClient(authenticated.id, deps.directory)
    const details = checkAuthorizationDetails(parameters)
    const audience = checkAudience(parameters, client, deps.issuer, {
      details: detailsAudience(details),
    })
    const scope = scopeOf(parameters, client, audience === deps.issuer)
    const service = await livingService(audience, deps.directory)
    const rights = await deps.directory.clients.rightsAt(client.id, audience)
    const routes = narrowRoutes(rights.routes, details, audience)
    const access = await deps.accessTokens.mint({
      service,
      sub,
      clientId: client.id,
      scope,
      asOf: { rev: head.position, now },
      routes,
      notAfter: firstEnd(rights.until),
      proven,
    })
    return {
      access_token: access.token,
      token_type: access.tokenType,
      expires_in: access.expiresIn,
      ...(scope !== '' && { scope }),
      ...grantedDetails(routes, details, audience),
    } satisfies TokenResponse
  }
}

function scopeOf(parameters: Parameters, client: Client, isForIssuer: boolean): string {
  if (client.signals && isForIssuer) return checkSignalScope(parameters)
  refuseScope(parameters)
  return ''
}
