/**
 * POST /api/token/obtain, refresh, verify, revoke: JSON for the operator's own apps, outside of OAuth (RFC 9700 section 2.4). Described in
 * docs/protocol/token-api.md. Errors are those of RFC 6749 section 5.2.
 */
import type { Client } from '@latchkey/directory'
import { type AccessTokenClaims, LIMITS } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import { type RevokeTokenDeps, revokeToken } from '../ending/revoke-token.ts'
import { type JsonBody, jsonParameters } from '../http/json-parameters.ts'
import { sendOAuthError } from '../http/oauth-errors.ts'
import { type Parameters, required } from '../http/parameters.ts'
import { tokenType } from '../minting/confirmation.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import { checkApiClient } from './api-client.ts'
import type { TokenAnswer, TokenAnswers } from './token-answers.ts'
import { verifiedClaims } from './verified-claims.ts'

export interface JsonEndpointsDeps extends ClientAuthenticationDeps, RevokeTokenDeps {
  readonly answers: TokenAnswers
  readonly readAccessToken: AccessTokenReader
}

interface Asked {
  readonly client: Client
  readonly parameters: Parameters
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export function jsonEndpoints(deps: JsonEndpointsDeps) {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(sendOAuthError)
    const endpoint = (name: string, answer: (asked: Asked) => Promise<object>) => {
      app.post<{ Body?: JsonBody }>(
        `/api/token/${name}`,
        { config: { cors: true } },
        async (request, reply) => {
          const parameters = jsonParameters(request.body ?? {})
          const client = await authenticateClient(request, parameters, deps)
          checkApiClient(client)
          reply.header('pragma', 'no-cache')
          return await answer({ client, parameters, request, reply })
        },
      )
    }
    endpoint('obtain', async ({ client, parameters, request, reply }) =>
      flat(await deps.answers.obtain(client, parameters, request, reply)),
    )
    endpoint('refresh', async ({ client, parameters, request, reply }) =>
      flat(await deps.answers.refresh(client, parameters, request, reply)),
    )
    endpoint('verify', async ({ client, parameters }) => {
      const token = required(parameters, 'token', LIMITS.tokenBytes)
      return describe(await verifiedClaims(token, client, deps.readAccessToken))
    })
    endpoint('revoke', async ({ client, parameters, request }) => {
      const token = required(parameters, 'token', LIMITS.tokenBytes)
      const outcome = await revokeToken(token, client.id, deps)
      request.log.info({ client: client.id, outcome }, 'revocation')
      // RFC 7009 section 2.2: an unknown token is answered exactly like a revoked one.
      return {}
    })
  }
}

/** Ours last: even a hook's name that was overlooked could not replace them. */
function flat({ added, tokens }: TokenAnswer) {
  return { ...added, ...tokens }
}

/** As introspection says it (RFC 7662 section 2.2). `rev` is for verifiers alone. */
function describe({ rev: _, ...claims }: AccessTokenClaims) {
  return { active: true, token_type: tokenType(claims.cnf), ...claims }
}
