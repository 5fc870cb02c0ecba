/** POST /introspect: token introspection, RFC 7662. */
import type { Client, Clients } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { LIMITS, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { AccessTokenReader } from '../access-token-reader.ts'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import { type Parameters, required } from '../http/parameters.ts'
import { tokenType } from '../minting/confirmation.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'

export interface IntrospectDeps extends ClientAuthenticationDeps {
  readonly clients: ClientAuthenticationDeps['clients'] & Pick<Clients, 'routesAt'>
  readonly store: Pick<Store, 'families'>
  readonly refreshTokens: RefreshTokens
  readonly readAccessToken: AccessTokenReader
}

const INACTIVE = { active: false } as const

export function introspect(deps: IntrospectDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/introspect', async (request, reply) => {
      const client = await authenticateClient(request, request.body, deps)
      // Section 2.1: the caller must be authorised, or anybody could try tokens out.
      if (client.authMethod === 'none') throw new OAuthError('invalid_client', 'public_client')
      const text = required(request.body, 'token', LIMITS.tokenBytes)
      const answer =
        (await describeRefreshToken(text, client, deps)) ??
        (await describeAccessToken(text, client, deps))
      return await reply.send(answer)
    })
  }
}

async function describeRefreshToken(text: string, client: Client, deps: IntrospectDeps) {
  const facts = deps.refreshTokens.read(text)
  if (!facts) return undefined
  const found = await deps.store.families.peek(facts.familyId, nowSeconds(deps.clock))
  const family = found?.family
  if (family?.generation !== facts.generation) return INACTIVE
  const concerned = family.clientId === client.id || (await mayAskAboutAll(client, deps))
  if (!concerned) return INACTIVE
  return {
    active: true,
    token_type: 'refresh_token',
    iss: deps.issuer,
    sub: family.sub,
    client_id: family.clientId,
    scope: family.scope,
    sid: family.sid,
    exp: Math.min(family.idleExpiresAt, family.absoluteExpiresAt),
  }
}

/** Active only for whom the token is meant, for whom it was issued, and for operators; others learn nothing (section 2.2). */
async function describeAccessToken(text: string, client: Client, deps: IntrospectDeps) {
  const read = await deps.readAccessToken(text)
  if (read.kind === 'invalid') return INACTIVE
  const { claims, service } = read
  const concerned =
    claims.client_id === client.id ||
    service.clients.includes(client.id) ||
    (await mayAskAboutAll(client, deps))
  return concerned ? { active: true, token_type: tokenType(claims.cnf), ...claims } : INACTIVE
}

/** An operator's tool: a machine whose own grants at the issuer name this route. */
async function mayAskAboutAll(client: Client, deps: IntrospectDeps): Promise<boolean> {
  const grants = await deps.clients.routesAt(client.id, deps.issuer)
  return compileGrants(grants).allows('POST', '/introspect')
}
