/** Who manages a stream: CAEP Interoperability Profile sections 2.7.2 and 2.7.3, RFC 6750. */
import type { Client, Clients } from '@latchkey/directory'
import { InputError, machineSubject, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasScope } from '../checks/scope.ts'
import { presentedToken, sendBearerError } from '../http/bearer.ts'
import { errorBody } from '../http/oauth-errors.ts'
import { explained } from '../http/schema-fault.ts'
import type { CallerReader } from '../reading/resource-callers.ts'

export const READ = 'ssf.read'
export const MANAGE = 'ssf.manage'

declare module 'fastify' {
  interface FastifyRequest {
    /** The receiver that calls; set before any handler of the signals runs. */
    receiver: Client | undefined
  }
  interface FastifyContextConfig {
    /** Both scopes open it; otherwise only `ssf.manage` does. */
    readonly?: boolean
  }
}

export interface ReceiverGuardDeps {
  readonly readCaller: CallerReader
  readonly clients: Pick<Clients, 'find'>
}

/** Guards every route that is added to this context from now on. The token stands in the header, nowhere else. */
export function guardReceivers(app: FastifyInstance, deps: ReceiverGuardDeps): void {
  app.decorateRequest('receiver', undefined)
  app.setErrorHandler(sendReceiverError)
  app.addHook('onRequest', async (request, reply) => {
    const claims = await deps.readCaller(presentedToken(request), request, reply)
    const { scope, client_id: clientId, sub } = claims
    const reads = request.routeOptions.config.readonly === true && hasScope(scope, READ)
    if (!reads && !hasScope(scope, MANAGE)) {
      throw new OAuthError('insufficient_scope', 'ssf_scope_missing')
    }
    const client = await deps.clients.find(clientId)
    if (sub !== machineSubject(clientId) || !client?.signals || client.disabled) {
      throw new OAuthError('insufficient_scope', 'no_receiver')
    }
    request.receiver = client
  })
}

export function receiverOf(request: FastifyRequest): Client {
  if (request.receiver) return request.receiver
  throw new Error('the guard lets no request without a receiver pass')
}

const sendTokenError = sendBearerError('latchkey signals', MANAGE)

function sendReceiverError(thrown: unknown, request: FastifyRequest, reply: FastifyReply) {
  if (!(thrown instanceof InputError)) return sendTokenError(explained(thrown), request, reply)
  const { code } = thrown
  request.log.info({ code }, 'request about a stream refused')
  return reply.code(statusOf(code)).send({ error: code, error_description: thrown.message })
}

/** Shared Signals Framework 1.0 sections 8.1.1 to 8.1.4. */
function statusOf(code: string): number {
  if (code === 'unknown-stream') return 404
  return code === 'stream-taken' ? 409 : 400
}

/** RFC 6585 section 4. */
export function sendTooMany(reply: FastifyReply, retryAfterSeconds: number) {
  const error = new OAuthError('too_many_requests', 'stream_limit')
  return reply.code(429).header('retry-after', String(retryAfterSeconds)).send(errorBody(error))
}
