/** GET and POST /userinfo: OpenID Connect Core section 5.3; errors as in RFC 6750 section 3. */
import type { Users } from '@latchkey/directory'
import { type AccessTokenClaims, isUserSubject, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessTokenReader } from '../access-token-reader.ts'
import { hasScope } from '../checks/scope.ts'
import { bearerToken, NoCredentials, sendBearerError } from '../http/bearer.ts'
import type { Parameters } from '../http/parameters.ts'
import { personClaims } from '../minting/person-claims.ts'

export interface UserinfoDeps {
  readonly issuer: string
  readonly users: Pick<Users, 'find'>
  readonly readAccessToken: AccessTokenReader
}

export function userinfo(deps: UserinfoDeps) {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(sendBearerError('latchkey', 'openid'))
    app.route<{ Body: Parameters | undefined }>({
      method: ['GET', 'POST'],
      url: '/userinfo',
      handler: async (request, reply) => {
        const claims = await readCaller(tokenOf(request), deps)
        const user = await deps.users.find(claims.sub)
        if (!user || user.disabled) throw new OAuthError('invalid_token', 'user_gone')
        return await reply.send({ sub: claims.sub, ...personClaims(user, claims.scope) })
      },
    })
  }
}

async function readCaller(token: string, deps: UserinfoDeps): Promise<AccessTokenClaims> {
  const read = await deps.readAccessToken(token)
  if (read.kind === 'invalid') throw new OAuthError('invalid_token', read.reason)
  const { claims } = read
  // A token for a service must not open the profile: that service's key could make such tokens (RFC 9068 section 4).
  if (claims.aud !== deps.issuer) throw new OAuthError('invalid_token', 'wrong_audience')
  if (!isUserSubject(claims.sub)) throw new OAuthError('invalid_token', 'machine_token')
  if (!hasScope(claims.scope, 'openid')) throw new OAuthError('insufficient_scope', 'no_openid')
  return claims
}

/** RFC 6750 section 2: the header or the form body, not both. */
function tokenOf(request: FastifyRequest<{ Body: Parameters | undefined }>): string {
  const fromHeader = bearerToken(request)
  const fromBody = request.method === 'POST' ? request.body?.get('access_token') : undefined
  if (fromHeader !== undefined && fromBody !== undefined) {
    throw new OAuthError('invalid_request', 'token_sent_twice')
  }
  const token = fromHeader ?? fromBody
  if (token === undefined) throw new NoCredentials()
  return token
}
