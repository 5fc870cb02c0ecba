/** Errors in the shapes of Django REST framework 3.15 and its simplejwt 5.5. */
import type { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { logError, statusOf, toOAuthError } from '../http/oauth-errors.ts'

/** What is wrong with members of the request, by their names. */
export class FieldErrors extends Error {
  readonly fields: Readonly<Record<string, readonly string[]>>

  constructor(fields: FieldErrors['fields']) {
    super(`fields: ${Object.keys(fields).join(', ')}`)
    this.name = 'FieldErrors'
    this.fields = fields
  }
}

interface Refusal {
  readonly status: number
  readonly body: object
}

export function sendSimplejwtError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (thrown instanceof FieldErrors) {
    request.log.info({ fields: Object.keys(thrown.fields) }, 'request refused')
    return reply.code(400).send(thrown.fields)
  }
  const error = toOAuthError(thrown)
  logError(request, error)
  const { status, body } = refusalOf(error) ?? otherRefusal(thrown, error)
  if (error.retryAfterSeconds !== undefined) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="api"')
  return reply.code(status).header('pragma', 'no-cache').send(body)
}

const NO_ACCOUNT = /^user_(unknown|disabled)$/

/** The errors that clients of simplejwt know. Nobody is told why a token is not valid, except that its time is over. */
function refusalOf({ code, reason, retryAfterSeconds }: OAuthError): Refusal | undefined {
  switch (code) {
    case 'invalid_grant':
    case 'invalid_token':
      if (reason.startsWith('credentials_')) {
        return unauthorized({ detail: 'No active account found with the given credentials' })
      }
      if (NO_ACCOUNT.test(reason)) {
        return unauthorized({ detail: 'No active account found for the given token.' })
      }
      return unauthorized({
        detail: reason === 'expired' ? 'Token is expired' : 'Token is invalid',
        code: 'token_not_valid',
      })
    case 'too_many_requests': {
      const seconds = retryAfterSeconds ?? 1
      const wait = `${seconds} ${seconds === 1 ? 'second' : 'seconds'}`
      return {
        status: 429,
        body: { detail: `Request was throttled. Expected available in ${wait}.` },
      }
    }
    default:
      return undefined
  }
}

/** The rest keeps its status, and its code of docs/protocol/errors.md, in the same two members. */
function otherRefusal(thrown: unknown, error: OAuthError): Refusal {
  const { code, description } = error
  return {
    status: statusOf(thrown, error),
    body: { detail: description ?? code.replaceAll('_', ' '), code },
  }
}

function unauthorized(body: object): Refusal {
  return { status: 401, body }
}
