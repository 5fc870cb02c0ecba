/** What a request is refused with: RFC 7644 section 3.12. */
import { InputError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemFact } from '../admin/framework/problem-codes.ts'
import { bearerChallenge, NoCredentials } from '../http/bearer.ts'
import { logError, statusOf, toOAuthError } from '../http/oauth-errors.ts'
import { SCIM_TYPE } from './scim-type.ts'

export type ScimErrorType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'

/** Its message is shown: it holds no secret. */
export class ScimError extends Error {
  readonly type: ScimErrorType | undefined
  readonly status: number

  constructor(type: ScimErrorType | undefined, message: string, status = 400) {
    super(message)
    this.name = 'ScimError'
    this.type = type
    this.status = status
  }
}

const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'
const CHALLENGE = bearerChallenge('latchkey scim')
const BASIC = 'Basic realm="latchkey scim"'

/** Error handler of everything below `/scim/v2`. */
export function sendScimError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (thrown instanceof ScimError) {
    request.log.info({ code: thrown.type }, 'scim request refused')
    return sendFault(reply, thrown)
  }
  if (thrown instanceof InputError) {
    request.log.info({ code: thrown.code }, 'scim input refused')
    return sendFault(reply, ofInput(thrown))
  }
  if (thrown instanceof NoCredentials) {
    // RFC 6750 section 3.1: a request without credentials gets no error code in its challenge.
    reply.header('www-authenticate', `${CHALLENGE(undefined, request)}, ${BASIC}`)
    return sendFault(
      reply,
      new ScimError(undefined, 'an access token for this issuer is missing', 401),
    )
  }
  const error = toOAuthError(thrown)
  logError(request, error)
  if (error.status < 500) {
    const isClient = error.code === 'invalid_client'
    reply.header('www-authenticate', isClient ? BASIC : CHALLENGE(error, request))
  }
  if (error.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  const proof = ['invalid_dpop_proof', 'use_dpop_nonce'].includes(error.code)
  const status = proof ? 401 : statusOf(thrown, error)
  const type = error.code === 'invalid_request' && status === 400 ? 'invalidSyntax' : undefined
  return sendFault(reply, new ScimError(type, error.description ?? error.code, status))
}

/** The message ends with the stable code, which has a page in docs/errors. */
function ofInput({ code, where, message }: InputError): ScimError {
  const { status } = problemFact(code)
  if (code === 'condition') return new ScimError('invalidFilter', message)
  if (/-taken$/.test(code) || code === 'username-confusable') {
    return new ScimError('uniqueness', message, 409)
  }
  if (code === 'owned-by-file') return new ScimError('mutability', message, 409)
  // What a body names and nobody has is a fault of the body.
  if (status === 400 || (status === 404 && where !== undefined)) {
    return new ScimError('invalidValue', message)
  }
  return new ScimError(undefined, message, status)
}

/** `reply` may have its headers already; status and body come from here. */
export function sendFault(reply: FastifyReply, { status, type, message }: ScimError) {
  const body = {
    schemas: [ERROR_SCHEMA],
    status: String(status),
    ...(type !== undefined && { scimType: type }),
    detail: message,
  }
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(SCIM_TYPE)
    .send(JSON.stringify(body))
}
