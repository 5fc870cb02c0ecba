/** POST /revoke: token revocation, RFC 7009. */
import { LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import { type RevokeTokenDeps, revokeToken } from '../ending/revoke-token.ts'
import { type Parameters, required } from '../http/parameters.ts'

export interface RevokeDeps extends ClientAuthenticationDeps, RevokeTokenDeps {}

export function revoke(deps: RevokeDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>(
      '/revoke',
      { config: { cors: true } },
      async (request, reply) => {
        const client = await authenticateClient(request, request.body, deps)
        const text = required(request.body, 'token', LIMITS.tokenBytes)
        // `token_type_hint` would only say where to look first (section 2.1).
        const outcome = await revokeToken(text, client.id, deps)
        request.log.info({ client: client.id, outcome }, 'revocation')
        // RFC 7009 section 2.2: an unknown token is answered exactly like a revoked one.
        return await reply.code(200).send()
      },
    )
  }
}
