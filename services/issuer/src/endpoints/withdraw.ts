/** POST /withdraw: the person takes back what they allowed an app. OpenID Connect Core section 3.1.2.4, RFC 9700 section 2.2. */
import { type Clock, LIMITS, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { consentWithdrawn } from '../authorization/consent.ts'
import type { EndingChange } from '../ending/ending-change.ts'
import { type Parameters, required } from '../http/parameters.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'

export interface WithdrawDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'sessions'>
  readonly csrf: Csrf
  readonly endingChange: EndingChange
  readonly clock: Clock
}

export function withdraw(deps: WithdrawDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/withdraw', async (request, reply) => {
      if (!deps.csrf.check(request, request.body.get('csrf'))) {
        throw new OAuthError('invalid_request', 'form_of_others')
      }
      const clientId = required(request.body, 'client', LIMITS.clientIdChars)
      // The account that the page was about, which need not be the one used last any more.
      const account = request.body.get('account')
      const sessions = await findBrowserSessions(request, reply, deps)
      const session = sessions.find((one) => one.session.sid === account)?.session
      if (session) {
        const { sub, sid } = session
        await deps.endingChange(async ({ consents }) => {
          await consents.remove(sub, clientId)
          // Also when there was nothing to remove: the person has asked for it, and may not have heard that it was done.
          return { result: undefined, ends: [consentWithdrawn({ sub, clientId, sid })] }
        })
      }
      return await reply.redirect(`${deps.issuer}/`, 303)
    })
  }
}
