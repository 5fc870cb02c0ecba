import { InputError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { NoCredentials, sendBearerError } from '../http/bearer.ts'
import { sendOAuthError, toOAuthError } from '../http/oauth-errors.ts'
import { metadataError } from './metadata-errors.ts'

const sendTokenError = sendBearerError('latchkey registration')

/** Error handler of registration: about the token as RFC 6750 section 3 says, about metadata as RFC 7591 section 3.2.2. */
export function sendRegistrationError(
  thrown: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const error = thrown instanceof InputError ? metadataError(thrown) : thrown
  const { code } = toOAuthError(error)
  const isAboutToken =
    error instanceof NoCredentials || code === 'invalid_token' || code === 'insufficient_scope'
  return isAboutToken
    ? sendTokenError(error, request, reply)
    : sendOAuthError(error, request, reply)
}
