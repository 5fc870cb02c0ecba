/** Bearer tokens at the issuer's own resources, and what goes wrong with them: RFC 6750 sections 2.1 and 3. */
import { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { authorizationHeader } from './authorization-header.ts'
import { errorBody, logError, sendOAuthError, statusOf, toOAuthError } from './oauth-errors.ts'

/** The token of the header; undefined when the header is absent or speaks another scheme. */
export function bearerToken(request: FastifyRequest): string | undefined {
  const header = authorizationHeader(request) ?? ''
  if (!/^bearer(?: |$)/i.test(header)) return undefined
  const [, token] = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(header) ?? []
  if (token === undefined) throw new OAuthError('invalid_request', 'bearer_malformed')
  return token
}

export class NoCredentials extends Error {}

/** Error handler of what is closed by a bearer token. `scope` is what the resource needs. */
export function sendBearerError(realm: string, scope?: string) {
  const challenge = `Bearer realm="${realm}"`
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // Section 3.1: a request without credentials gets no error code.
    if (thrown instanceof NoCredentials) {
      return reply.code(401).header('www-authenticate', challenge).send()
    }
    const error = toOAuthError(thrown)
    if (error.status >= 500) return sendOAuthError(thrown, request, reply)
    logError(request, error)
    const needed =
      error.code === 'insufficient_scope' && scope !== undefined ? `, scope="${scope}"` : ''
    return reply
      .code(statusOf(thrown, error))
      .header('www-authenticate', `${challenge}, error="${error.code}"${needed}`)
      .send(errorBody(error))
  }
}
