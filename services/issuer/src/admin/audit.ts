import type { Audit } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { actorOf } from './actor.ts'

/** Writes who did what to whom. An admin's change that cannot be recorded fails. */
export type AdminAudit = (request: FastifyRequest, action: string, target: string) => Promise<void>

export function adminAudit(deps: { audit: Pick<Audit, 'append'>; clock: Clock }): AdminAudit {
  return async (request, action, target) => {
    await deps.audit.append({
      at: nowSeconds(deps.clock),
      actor: actorOf(request),
      action,
      target,
      reason: 'admin',
      detail: {},
    })
  }
}
