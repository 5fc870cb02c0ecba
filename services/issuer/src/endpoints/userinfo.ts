/** GET and POST /userinfo: OpenID Connect Core section 5.3; errors as in RFC 6750 section 3. */
import type { AttributeRule, Client, Clients, User, Users } from '@latchkey/directory'
import { type AccessTokenClaims, type Clock, nowSeconds, OAuthError, TYP } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasScope } from '../checks/scope.ts'
import { type PresentedToken, presentedToken, sendBearerError } from '../http/bearer.ts'
import type { Parameters } from '../http/parameters.ts'
import type { ClientSigning } from '../minting/client-signing.ts'
import { personClaims } from '../minting/person-claims.ts'
import type { CallerReader } from '../reading/resource-callers.ts'

export interface UserinfoDeps {
  readonly issuer: string
  readonly users: Pick<Users, 'find'>
  readonly clients: Pick<Clients, 'find'>
  readonly store: { readonly sessions: Pick<Store['sessions'], 'find'> }
  readonly readCaller: CallerReader
  readonly signing: Pick<ClientSigning, 'sign'>
  readonly clock: Clock
  readonly attributes?: readonly AttributeRule[] | undefined
}

export function userinfo(deps: UserinfoDeps) {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(sendBearerError('latchkey', 'openid'))
    app.route<{ Body: Parameters | undefined }>({
      method: ['GET', 'POST'],
      url: '/userinfo',
      config: { cors: true },
      handler: async (request, reply) => {
        const claims = await deps.readCaller(tokenOf(request), request, reply)
        const { client, user, session } = await livingSignIn(claims, deps)
        request.client = client
        const named = namedClaims(session, client.id)
        // The subject of the token, which is that of the ID token beside it (section 5.3.2).
        const facts = {
          ...personClaims(user, claims.scope, named, deps.attributes),
          sub: claims.sub,
        }
        return await send(facts, client, reply, deps)
      },
    })
  }
}

interface SignIn {
  readonly client: Client
  readonly user: User
  readonly session: SessionRecord
}

/** The person is found by the session, since a pairwise subject leads to nobody; so a token is worth no more than its session. */
async function livingSignIn(
  { sid, client_id, scope }: AccessTokenClaims,
  deps: UserinfoDeps,
): Promise<SignIn> {
  if (sid === undefined) throw new OAuthError('invalid_token', 'machine_token')
  if (!hasScope(scope, 'openid')) throw new OAuthError('insufficient_scope', 'no_openid')
  const found = await deps.store.sessions.find(sid, nowSeconds(deps.clock))
  if (!found) throw new OAuthError('invalid_token', 'session_ended')
  const user = await deps.users.find(found.session.sub)
  if (!user || user.disabled) throw new OAuthError('invalid_token', 'user_gone')
  const client = await deps.clients.find(client_id)
  if (!client || client.disabled) throw new OAuthError('invalid_token', 'client_gone')
  return { client, user, session: found.session }
}

/** What the client asked for by name when it sent the person here (section 5.5). */
function namedClaims({ userinfoClaims }: SessionRecord, clientId: string): readonly string[] {
  return Object.hasOwn(userinfoClaims, clientId) ? (userinfoClaims[clientId] ?? []) : []
}

/** Section 5.3.2. A signed answer has no `exp`, so nobody can take it for an ID token. */
function send(
  facts: Readonly<Record<string, unknown>>,
  client: Client,
  reply: FastifyReply,
  deps: UserinfoDeps,
) {
  if (client.userinfoAlg === undefined) return reply.send(facts)
  const claims = { ...facts, iss: deps.issuer, aud: client.id }
  const token = deps.signing.sign(client, client.userinfoAlg, TYP.idToken, claims)
  return reply.type('application/jwt').send(token)
}

/** RFC 6750 section 2: the header or the form body, not both. */
function tokenOf(
  request: FastifyRequest<{ Body: Parameters | undefined }>,
): PresentedToken | undefined {
  const fromHeader = presentedToken(request)
  const fromBody = request.method === 'POST' ? request.body?.get('access_token') : undefined
  if (fromHeader !== undefined && fromBody !== undefined) {
    throw new OAuthError('invalid_request', 'token_sent_twice')
  }
  return fromBody === undefined ? fromHeader : { scheme: 'Bearer', token: fromBody }
}
