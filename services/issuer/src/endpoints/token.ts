/** POST /token: RFC 6749 section 3.2, OpenID Connect Core section 3.1.3, RFC 9449 section 5. */
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import type { DpopProofs } from '../dpop/dpop-proofs.ts'
import { provenKeys } from '../dpop/proven-keys.ts'
import type { Grant, TokenResponse } from '../grants/grant.ts'
import { type Parameters, required } from '../http/parameters.ts'

export interface TokenDeps extends ClientAuthenticationDeps {
  /** By `grant_type`. */
  readonly grants: ReadonlyMap<string, Grant>
  readonly dpop: DpopProofs
}

export function token(deps: TokenDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/token', { config: { cors: true } }, async (request, reply) => {
      const response = await grantTokens(request, reply, request.body, deps)
      reply.header('pragma', 'no-cache')
      return response
    })
  }
}

/** What the client that sends this request gets for these parameters. */
export async function grantTokens(
  request: FastifyRequest,
  reply: FastifyReply,
  parameters: Parameters,
  deps: TokenDeps,
): Promise<TokenResponse> {
  const client = await authenticateClient(request, parameters, deps)
  const grantType = required(parameters, 'grant_type', 256)
  const grant = chooseGrant(grantType, client, deps)
  const proven = await provenKeys(client, request, reply, deps)
  const response = await grant(client, parameters, proven)
  request.log.info({ client: client.id, grantType }, 'token issued')
  return response
}

function chooseGrant(grantType: string, client: Client, deps: TokenDeps): Grant {
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
  return grant
}
