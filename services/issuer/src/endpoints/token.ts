/** POST /token: RFC 6749 section 3.2, OpenID Connect Core section 3.1.3. */
import { OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { authenticateClient, type ClientDirectory } from '../client-authentication.ts'
import type { Grant } from '../grants/grant.ts'
import { authorizationHeader } from '../http/authorization-header.ts'
import { type Parameters, required } from '../http/parameters.ts'

export interface TokenDeps {
  readonly clients: ClientDirectory
  /** By `grant_type`. */
  readonly grants: ReadonlyMap<string, Grant>
}

export function token(deps: TokenDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/token', async (request, reply) => {
      const parameters = request.body
      const client = await authenticateClient(
        authorizationHeader(request),
        parameters,
        deps.clients,
      )
      const grantType = required(parameters, 'grant_type', 256)
      const grant = deps.grants.get(grantType)
      if (!grant) {
        throw new OAuthError('unsupported_grant_type', 'grant_type_unknown', {
          description: 'this grant_type is not supported',
        })
      }
      if (!(client.grantTypes as readonly string[]).includes(grantType)) {
        throw new OAuthError('unauthorized_client', 'grant_type_not_registered', {
          description: 'this client is not registered for this grant_type',
        })
      }
      const response = await grant(client, parameters)
      request.log.info({ client: client.id, grantType }, 'token issued')
      return await reply.header('pragma', 'no-cache').send(response)
    })
  }
}
