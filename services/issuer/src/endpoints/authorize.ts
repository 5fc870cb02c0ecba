/** GET and POST /authorize: RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2. */
import type { FastifyInstance } from 'fastify'
import { type NextStepDeps, nextStep } from '../authorization/next-step.ts'
import { type AskedRequest, readRequest } from '../authorization/read-request.ts'
import { RedirectableError } from '../authorization/redirectable-error.ts'
import { asNavigation } from '../http/as-navigation.ts'
import { toOAuthError } from '../http/oauth-errors.ts'
import { type Parameters, queryOf } from '../http/parameters.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'

export function authorize(deps: NextStepDeps) {
  return async (app: FastifyInstance) => {
    app.get('/authorize', async (request, reply) => {
      const asked = await readRequest(queryOf(request.url), deps)
      try {
        const sessions = await findBrowserSessions(request, reply, deps)
        return await nextStep({ request, reply, asked, sessions }, deps)
      } catch (error) {
        throw asked.silent ? forApp(error, asked) : error
      }
    })
    app.post<{ Body: Parameters }>('/authorize', async (request, reply) => {
      return await reply.redirect(asNavigation(`${deps.issuer}/authorize`, request.body), 303)
    })
  }
}

/**
 * A fault of ours is a page with its own status, where the person can try again. A silent request has nobody who would see
 * it: then the app hears of it, server_error or temporarily_unavailable (RFC 6749 section 4.1.2.1).
 */
function forApp(error: unknown, asked: AskedRequest): RedirectableError {
  return error instanceof RedirectableError
    ? error
    : new RedirectableError(toOAuthError(error), asked)
}
