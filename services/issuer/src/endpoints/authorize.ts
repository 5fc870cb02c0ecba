/** GET and POST /authorize: RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2. */
import type { FastifyInstance } from 'fastify'
import { type NextStepDeps, nextStep } from '../authorization/next-step.ts'
import { readRequest } from '../authorization/read-request.ts'
import { asNavigation } from '../http/as-navigation.ts'
import { type Parameters, queryOf } from '../http/parameters.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'

export function authorize(deps: NextStepDeps) {
  return async (app: FastifyInstance) => {
    app.get('/authorize', async (request, reply) => {
      const asked = await readRequest(queryOf(request.url), deps)
      const sessions = await findBrowserSessions(request, reply, deps)
      return await nextStep({ request, reply, asked, sessions }, deps)
    })
    app.post<{ Body: Parameters }>('/authorize', async (request, reply) => {
      return await reply.redirect(asNavigation(`${deps.issuer}/authorize`, request.body), 303)
    })
  }
}
