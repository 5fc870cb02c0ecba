/** POST /introspect: token introspection, RFC 7662; signed answers, RFC 9701. */
import type { Client, Clients, Users } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { isUserSubject, LIMITS, nowSeconds, OAuthError, TYP } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { hasScope } from '../checks/scope.ts'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import { type Parameters, required } from '../http/parameters.ts'
import { prefersType } from '../http/prefers-type.ts'
import type { ClientSigning } from '../minting/client-signing.ts'
import { tokenType } from '../minting/confirmation.ts'
import type { RefreshTokens } from '../minting/refresh-token.ts'
import type { SubjectFor } from '../minting/subject.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import type { ReadRoutes } from '../rights/routes-claim.ts'

export interface IntrospectDeps extends ClientAuthenticationDeps {
  readonly clients: ClientAuthenticationDeps['clients'] & Pick<Clients, 'find' | 'rightsAt'>
  readonly users: Pick<Users, 'find'>
  readonly store: Pick<Store, 'families'>
  readonly refreshTokens: RefreshTokens
  readonly readAccessToken: AccessTokenReader
  readonly readRoutes: ReadRoutes
  readonly signing: Pick<ClientSigning, 'sign'>
  readonly subjectFor: SubjectFor
}

const SIGNED = `application/${TYP.introspection}`
const INACTIVE = { active: false } as const

export function introspect(deps: IntrospectDeps) {
  return async (app: FastifyInstance) => {
    const config = { granted: true } as const
    app.post<{ Body: Parameters }>('/introspect', { config }, async (request, reply) => {
      const client = await authenticateClient(request, request.body, deps)
      // Section 2.1: the caller must be authorised, or anybody could try tokens out.
      if (client.authMethod === 'none') throw new OAuthError('invalid_client', 'public_client')
      const text = required(request.body, 'token', LIMITS.tokenBytes)
      const answer =
        (await describeRefreshToken(text, client, deps)) ??
        (await describeAccessToken(text, client, deps))
      if (!prefersType(request.headers.accept, SIGNED)) return answer
      reply.type(SIGNED)
      return signed(answer, client, request.clientSecretId, deps)
    })
  }
}

/** RFC 9701 section 5: neither `sub` nor `exp` stands outside of the answer, so that it is no token itself. */
function signed(
  answer: object,
  client: Client,
  shownSecretId: number | undefined,
  deps: IntrospectDeps,
): string {
  const claims = {
    iss: deps.issuer,
    aud: client.id,
    iat: nowSeconds(deps.clock),
    token_introspection: answer,
  }
  const { signing } = deps
  return signing.sign(client, client.introspectionAlg, TYP.introspection, claims, shownSecretId)
}

async function describeRefreshToken(text: string, client: Client, deps: IntrospectDeps) {
  const facts = deps.refreshTokens.read(text)
  if (!facts) return undefined
  const found = await deps.store.families.peek(facts.familyId, nowSeconds(deps.clock))
  const family = found?.family
  if (family?.generation !== facts.generation) return INACTIVE
  const standing = await standingOf(client, family.clientId, [], deps)
  const owner = await deps.clients.find(family.clientId)
  if (standing === undefined || owner === undefined) return INACTIVE
  return {
    active: true,
    token_type: 'refresh_token',
    iss: deps.issuer,
    sub: deps.subjectFor(owner, family.sub),
    ...(await username(family.sub, family.scope, client, standing, deps)),
    client_id: family.clientId,
    scope: family.scope,
    sid: family.sid,
    auth_time: family.authTime,
    acr: family.acr,
    amr: family.amr,
    exp: Math.min(family.idleExpiresAt, family.absoluteExpiresAt),
    ...(family.details && { authorization_details: family.details }),
    ...(family.dpopJkt !== undefined && { cnf: { jkt: family.dpopJkt } }),
  }
}

async function describeAccessToken(text: string, client: Client, deps: IntrospectDeps) {
  const read = await deps.readAccessToken(text)
  if (read.kind === 'invalid') return INACTIVE
  const { claims, subject, service } = read
  const standing = await standingOf(client, claims.client_id, service.clients, deps)
  if (standing === undefined) return INACTIVE
  return {
    active: true,
    token_type: tokenType(claims.cnf),
    ...claims,
    // Who asks here has no catalogue to read numbers by.
    routes: await deps.readRoutes(claims.aud, claims.routes),
    ...(await username(subject, claims.scope, client, standing, deps)),
  }
}

/** Why somebody is told about a token: it was issued to them, it is meant for them, or they look after everything. */
type Standing = 'owner' | 'service' | 'operator'

/** Others learn nothing, not even that there is such a token (RFC 7662 section 2.2). */
async function standingOf(
  client: Client,
  owner: string,
  serviceClients: readonly string[],
  deps: IntrospectDeps,
): Promise<Standing | undefined> {
  if (owner === client.id) return 'owner'
  if (serviceClients.includes(client.id)) return 'service'
  // A machine whose own grants at the issuer name this route.
  const { routes } = await deps.clients.rightsAt(client.id, deps.issuer)
  return compileGrants(routes).allows('POST', '/introspect') ? 'operator' : undefined
}

/** Services and operators know people by name; an app that is not the operator's own, when the person allowed it to. */
async function username(
  subject: string,
  scope: string,
  client: Client,
  standing: Standing,
  deps: IntrospectDeps,
): Promise<{ readonly username?: string }> {
  const mayKnow = standing !== 'owner' || client.firstParty || hasScope(scope, 'profile')
  const user = mayKnow && isUserSubject(subject) ? await deps.users.find(subject) : undefined
  return user ? { username: user.username } : {}
}
