/** GET and POST /authorize: RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2. */
import { nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type AuthorizationDeps, checkRequest, decide, proveTarget } from '../authorization.ts'
import { codeResponse } from '../authorization-response.ts'
import { type CodeIssueDeps, issueCode } from '../code-issue.ts'
import { asNavigation } from '../http/as-navigation.ts'
import type { PageLocale } from '../http/page-locale.ts'
import { type Parameters, parseParameters, queryOf } from '../http/parameters.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import { sendSignInPage } from './sign-in-answer.ts'

export interface AuthorizeDeps extends AuthorizationDeps, CodeIssueDeps {
  readonly store: Pick<Store, 'codes' | 'sessions'>
  readonly csrf: Csrf
  readonly locale: PageLocale
  readonly idleSeconds: number
}

export function authorize(deps: AuthorizeDeps) {
  return async (app: FastifyInstance) => {
    app.get('/authorize', async (request, reply) => {
      const query = queryOf(request.url)
      return await answer(query, request, reply, deps)
    })
    app.post<{ Body: Parameters }>('/authorize', async (request, reply) => {
      return await reply.redirect(asNavigation(`${deps.issuer}/authorize`, request.body), 303)
    })
  }
}

async function answer(
  query: string,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: AuthorizeDeps,
) {
  const parameters = parseParameters(query)
  const target = await proveTarget(parameters, deps)
  const asked = checkRequest(parameters, target, deps)
  const [active] = await findBrowserSessions(request, reply, deps)
  const decision = decide(asked, active?.session, deps)
  switch (decision.kind) {
    case 'sign_in':
      return sendSignInPage(reply, {
        issuer: deps.issuer,
        csrf: deps.csrf.issue(request, reply),
        client: asked.client,
        redirectUri: asked.redirectUri,
        query,
        locale: deps.locale(request, asked.uiLocales),
        username: asked.loginHint,
      })
    case 'code': {
      const now = nowSeconds(deps.clock)
      const { session } = decision
      await deps.store.sessions.touch(
        session.sid,
        Math.min(now + deps.idleSeconds, session.absoluteExpiresAt),
        now,
      )
      const code = await issueCode(asked, session, deps)
      return await reply.redirect(codeResponse({ ...asked, issuer: deps.issuer }, code), 303)
    }
  }
}
