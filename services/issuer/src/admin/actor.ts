import type { Actor } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { requestFacts } from '../audit/request-facts.ts'

/** Who called the admin API: the person or machine of the token that the guard has accepted. */
export function actorOf(request: FastifyRequest): Actor {
  const claims = request.admin
  if (!claims) throw new Error('an admin route ran without its guard')
  return {
    sub: claims.sub,
    clientId: claims.client_id,
    ...(claims.sid !== undefined && { sid: claims.sid }),
    ...requestFacts(request),
  }
}
