/** GET and POST /userinfo: OpenID Connect Core section 5.3; errors as in RFC 6750 section 3. */
import type { Users } from '@latchkey/directory'
import { type AccessTokenClaims, isUserSubject, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { AccessTokenReader } from '../access-token-reader.ts'
import { hasScope } from '../checks/scope.ts'
import { logError, sendOAuthError, toOAuthError } from '../http/oauth-errors.ts'
import type { Parameters } from '../http/parameters.ts'
import { scopeClaims } from '../minting/scope-claims.ts'

export interface UserinfoDeps {
  readonly issuer: string
  readonly users: Pick<Users, 'find'>
  readonly readAccessToken: AccessTokenReader
}

const REALM = 'Bearer realm="latchkey"'

export function userinfo(deps: UserinfoDeps) {
  return async (app: FastifyInstance) => {
    app.setErrorHandler(sendBearerError)
    app.route<{ Body: Parameters | undefined }>({
      method: ['GET', 'POST'],
      url: '/userinfo',
      handler: async (request, reply) => {
        const claims = await readCaller(bearerToken(request), deps)
        const user = await deps.users.find(claims.sub)
        if (!user || user.disabled) throw new OAuthError('invalid_token', 'user_gone')
        return await reply
          .header('cache-control', 'no-store')
          .send({ sub: claims.sub, ...scopeClaims(user, claims.scope) })
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

class NoCredentials extends Error {}

/** RFC 6750 section 2: the header or the form body, not both. */
function bearerToken(request: FastifyRequest<{ Body: Parameters | undefined }>): string {
  const [, fromHeader] =
    /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(request.headers.authorization ?? '') ?? []
  const fromBody = request.method === 'POST' ? request.body?.get('access_token') : undefined
  if (fromHeader !== undefined && fromBody !== undefined) {
    throw new OAuthError('invalid_request', 'token_sent_twice')
  }
  const token = fromHeader ?? fromBody
  if (token === undefined) throw new NoCredentials()
  return token
}

function sendBearerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (thrown instanceof NoCredentials) {
    // RFC 6750 section 3.1: a request without credentials gets no error code.
    return reply
      .code(401)
      .header('www-authenticate', REALM)
      .header('cache-control', 'no-store')
      .send()
  }
  const error = toOAuthError(thrown)
  if (error.status >= 500) return sendOAuthError(thrown, request, reply)
  logError(request, error)
  const scope = error.code === 'insufficient_scope' ? ', scope="openid"' : ''
  return reply
    .code(error.status)
    .header('www-authenticate', `${REALM}, error="${error.code}"${scope}`)
    .header('cache-control', 'no-store')
    .send({ error: error.code })
}
