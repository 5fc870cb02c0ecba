import { OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

/** Node keeps the first of several Authorization headers and drops the rest; a proxy may have looked at another one. */
export function authorizationHeader(request: FastifyRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0)
  const count = names.filter((name) => name.toLowerCase() === 'authorization').length
  if (count > 1) throw new OAuthError('invalid_request', 'authorization_repeated')
  return request.headers.authorization
}
