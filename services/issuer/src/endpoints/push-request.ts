/** POST /par: pushed authorization requests, RFC 9126 section 2. */
import { LIMITS, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { signedOrSent } from '../authorization/effective-parameters.ts'
import { PUSHED_SECONDS, type PushedRequests } from '../authorization/pushed-requests.ts'
import { checkRequest, type ReadRequestDeps } from '../authorization/read-request.ts'
import { RedirectableError } from '../authorization/redirectable-error.ts'
import type { RequestObjectDeps } from '../authorization/request-object.ts'
import { checkRedirectUri } from '../checks/redirect-uri.ts'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import type { CountUnproven } from '../client-authentication/unproven-requests.ts'
import type { DpopProofs } from '../dpop/dpop-proofs.ts'
import type { Parameters } from '../http/parameters.ts'

export interface PushRequestDeps
  extends ClientAuthenticationDeps,
    RequestObjectDeps,
    Pick<ReadRequestDeps, 'hints'> {
  readonly pushed: Pick<PushedRequests, 'keep'>
  readonly dpop: DpopProofs
  readonly countUnproven: CountUnproven
}

export function pushRequest(deps: PushRequestDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/par', { config: { cors: true } }, async (request, reply) => {
      const sent = request.body
      const client = await authenticateClient(request, sent, deps)
      // Section 2.1: what is pushed does not point elsewhere.
      if (sent.get('request_uri') !== undefined) {
        throw new OAuthError('invalid_request', 'request_uri_pushed', {
          description: 'request_uri must not be pushed',
        })
      }
      const parameters = await signedOrSent(sent, client, deps)
      const target = { client, redirectUri: checkRedirectUri(parameters, client) }
      const asked = await checkRequest(parameters, target, deps).catch(inAnswer)
      const dpopJkt = await deps.dpop.check(request, reply)
      const query = kept(parameters, asked.dpopJkt, dpopJkt)
      if (client.authMethod === 'none') await deps.countUnproven('push', request.ip)
      const requestUri = await deps.pushed.keep({ clientId: client.id, query })
      request.log.info({ client: client.id }, 'request pushed')
      return await reply
        .code(201)
        .header('cache-control', 'no-cache, no-store')
        .send({ request_uri: requestUri, expires_in: PUSHED_SECONDS })
    })
  }
}

/** Section 2.3: errors are answered here, wherever the browser would have been sent with them. */
function inAnswer(error: unknown): never {
  throw error instanceof RedirectableError ? error.error : error
}

/** What proves the client is not kept. A proof here binds the code as `dpop_jkt` does: RFC 9449 section 10.1. */
function kept(
  parameters: Parameters,
  asked: string | undefined,
  proven: string | undefined,
): string {
  const query = new URLSearchParams(parameters.text)
  for (const name of ['client_secret', 'client_assertion', 'client_assertion_type']) {
    query.delete(name)
  }
  if (proven !== undefined && asked !== undefined && proven !== asked) {
    throw new OAuthError('invalid_dpop_proof', 'dpop_jkt_differs', {
      description: 'dpop_jkt is not the key of the proof',
    })
  }
  if (proven !== undefined) query.set('dpop_jkt', proven)
  const text = String(query)
  if (text.length <= LIMITS.formBytes) return text
  throw new OAuthError('invalid_request', 'request_too_long')
}
