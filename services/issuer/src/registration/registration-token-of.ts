import { OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { NoCredentials, presentedToken } from '../http/bearer.ts'

/** The bearer token of a request for registration. @throws NoCredentials without one */
export function registrationTokenOf(request: FastifyRequest): string {
  const presented = presentedToken(request)
  if (presented === undefined) throw new NoCredentials()
  if (presented.scheme === 'Bearer') return presented.token
  throw new OAuthError('invalid_token', 'not_a_bearer_token')
}
