/** GET and POST /userinfo: OpenID Connect Core section 5.3; errors as in RFC 6750 section 3. */
import type { Users } from '@latchkey/directory'
import { type AccessTokenClaims, isUserSubject, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { hasScope } from '../checks/scope.ts'
import { type PresentedToken, presentedToken, sendBearerError } from '../http/bearer.ts'
import type { Parameters } from '../http/parameters.ts'
import { personClaims } from '../minting/person-claims.ts'
import type { CallerReader } from '../resource-callers.ts'

export interface UserinfoDeps {
  readonly users: Pick<Users, 'find'>
  readonly readCaller: CallerReader
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
        checkRights(claims)
        const user = await deps.users.find(claims.sub)
        if (!user || user.disabled) throw new OAuthError('invalid_token', 'user_gone')
        return await reply.send({ sub: claims.sub, ...personClaims(user, claims.scope) })
      },
    })
  }
}

function checkRights(claims: AccessTokenClaims): void {
  if (!isUserSubject(claims.sub)) throw new OAuthError('invalid_token', 'machine_token')
  if (!hasScope(claims.scope, 'openid')) throw new OAuthError('insufficient_scope', 'no_openid')
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
