import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ProvenKeysDeps, provenKeys } from '../dpop/proven-keys.ts'
import type { PersonGrant, PersonResponse, TokenResponse } from '../grants/grant.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AddedFields } from './added-fields.ts'
import { checkApiClient } from './api-client.ts'
import type { ExtendResponse } from './extend-response.ts'
import type { ObtainTokens } from './obtain-tokens.ts'

/** Tokens, and what the operator's hook adds beside them. */
export interface TokenAnswer {
  readonly tokens: TokenResponse
  readonly added: AddedFields
}

/** For a client whose identity is proven. @throws OAuthError */
type Answer = (
  client: Client,
  parameters: Parameters,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<TokenAnswer>

export interface TokenAnswersDeps extends ProvenKeysDeps {
  readonly obtainTokens: ObtainTokens
  readonly refreshForPerson: PersonGrant
  readonly extendResponse: ExtendResponse
}

/** What obtaining and refreshing answer, whatever the names on the wire. */
export interface TokenAnswers {
  readonly obtain: Answer
  readonly refresh: Answer
}

export function tokenAnswers(deps: TokenAnswersDeps): TokenAnswers {
  const extended = async (response: PersonResponse, client: Client, request: FastifyRequest) => ({
    tokens: response.tokens,
    added: await deps.extendResponse(response, client, request),
  })
  return {
    obtain: async (client, parameters, request, reply) => {
      checkApiClient(client)
      const proven = await provenKeys(client, request, reply, deps)
      const caller = { address: request.ip, userAgent: request.headers['user-agent'] ?? '' }
      const response = await deps.obtainTokens(client, parameters, proven, caller)
      request.log.info({ client: client.id, sub: response.user.sub }, 'signed in by the JSON API')
      return await extended(response, client, request)
    },
    refresh: async (client, parameters, request, reply) => {
      checkApiClient(client)
      if (!client.grantTypes.includes('refresh_token')) {
        throw new OAuthError('unauthorized_client', 'grant_type_not_registered', {
          description: 'this client is not registered for refresh tokens',
        })
      }
      const proven = await provenKeys(client, request, reply, deps)
      const response = await deps.refreshForPerson(client, parameters, proven)
      return await extended(response, client, request)
    },
  }
}
