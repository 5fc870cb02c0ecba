/** POST /consent: what the person allows an app, or that they do not. OpenID Connect Core section 3.1.2.4. */
import { OAuthError } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { allowedScope, optionalScopes, rememberConsent } from '../authorization/consent.ts'
import { answer, decisionFor, giveCode, type NextStepDeps } from '../authorization/next-step.ts'
import { beginAnew, readStep } from '../authorization/read-step.ts'
import { RedirectableError } from '../authorization/redirectable-error.ts'
import type { EndingChange } from '../ending/ending-change.ts'
import type { Parameters } from '../http/parameters.ts'

export interface ConsentEndpointDeps extends NextStepDeps {
  readonly endingChange: EndingChange
}

export function consent(deps: ConsentEndpointDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/consent', async (request, reply) => {
      const step = await readStep(request, reply, deps)
      const { asked } = step
      const verdict = request.body.get('decision')
      // Only the person who was shown the page can have answered it, and only as they were signed in then.
      if (step.kind === 'foreign' || !step.established) return await beginAnew(asked, reply, deps)
      if (verdict === 'deny') {
        throw new RedirectableError(new OAuthError('access_denied', 'consent_denied'), asked)
      }
      if (verdict !== 'allow') return await beginAnew(asked, reply, deps)
      const { sessions, established } = step
      const flow = { request, reply, asked, sessions, established }
      const decision = await decisionFor(flow, deps)
      // `code`: the form was sent twice. What it says counts, not what the first one said.
      if (decision.kind !== 'consent' && decision.kind !== 'code') {
        return await answer(decision, flow, deps)
      }
      const { session } = established
      const { client, consentScope: scope, audience, details } = asked
      const granted = optionalScopes(scope).filter((word) => request.body.get(`scope-${word}`))
      if (!client.firstParty) {
        const answered = { scope, audience, details, granted }
        await rememberConsent(client, session, answered, deps)
      }
      request.log.info({ client: client.id, sub: session.sub, granted }, 'consent given')
      return await giveCode({ session, allowed: allowedScope(scope, granted) }, flow, deps)
    })
  }
}
