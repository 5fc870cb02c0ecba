/** Errors as JSON: RFC 6749 section 5.2. For the endpoints that programs call. */
import { OAuthError, StoreUnavailable } from '@latchkey/protocol'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'

declare module 'fastify' {
  interface FastifyRequest {
    /** Why it is refused, as the log tells; set when it is. */
    refusal: RequestRefusal | undefined
  }
}

export interface RequestRefusal {
  readonly code: string
  /** Absent where the code says all. */
  readonly reason?: string
}

/** By the status that they keep. */
const TRANSPORT_FAULTS: Readonly<Record<number, string>> = {
  413: 'the body is too large',
  415: 'the content type is not taken here: application/json for JSON, application/x-www-form-urlencoded for forms',
}

/** Every thrown thing becomes an OAuthError; unknown ones say nothing of their inside. */
export function toOAuthError(error: unknown): OAuthError {
  if (error instanceof OAuthError) return error
  if (error instanceof StoreUnavailable) {
    return new OAuthError('temporarily_unavailable', error.reason, {
      cause: error,
      retryAfterSeconds: error.retryAfterSeconds,
    })
  }
  const status = (error as Partial<FastifyError>).statusCode
  if (status !== undefined && status >= 400 && status < 500) {
    const description = TRANSPORT_FAULTS[status]
    return new OAuthError('invalid_request', (error as FastifyError).code ?? 'bad_request', {
      cause: error,
      ...(description !== undefined && { description }),
    })
  }
  return new OAuthError('server_error', 'unexpected', { cause: error })
}

export function logError(request: FastifyRequest, error: OAuthError): void {
  request.refusal = { code: error.code, reason: error.reason }
  const facts = { code: error.code, reason: error.reason, err: error.cause }
  if (error.status >= 500) request.log.error(facts, 'request failed')
  else request.log.info({ code: error.code, reason: error.reason }, 'request refused')
}

/** Error handler of the OAuth endpoints. */
export function sendOAuthError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  const error = toOAuthError(thrown)
  logError(request, error)
  if (error.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  // RFC 6749 section 5.2: the challenge matches the scheme that the client used.
  if (error.code === 'invalid_client') reply.header('www-authenticate', 'Basic realm="latchkey"')
  return reply
    .code(statusOf(thrown, error))
    .header('pragma', 'no-cache')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error)))
}

export function errorBody(error: OAuthError) {
  const { code, description } = error
  return {
    error: code,
    ...(description !== undefined && { error_description: description }),
    ...(isStale(error) && { reason: error.reason }),
  }
}

/** The one reason that is told: the token was good until permissions changed, and who reads this refreshes at once, silently. */
export function isStale({ code, reason }: OAuthError): boolean {
  return code === 'invalid_token' && reason === 'stale'
}

/** Transport faults keep their own status: 413 for a body too large, 415 for a foreign media type. */
export function statusOf(thrown: unknown, error: OAuthError): number {
  const status = (thrown as Partial<FastifyError>).statusCode
  return status === 413 || status === 415 ? status : error.status
}
