/** POST /sign-in: the password form. OpenID Connect Core section 3.1.2.3; 303 after it (RFC 9700 section 4.12). */
import type { Users } from '@latchkey/directory'
import { ACR, LIMITS } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import {
  type AuthorizationDeps,
  checkRequest,
  proveTarget,
  refuseOtherPerson,
} from '../authorization.ts'
import { codeResponse } from '../authorization-response.ts'
import { type CodeIssueDeps, issueCode } from '../code-issue.ts'
import type { PageLocale } from '../http/page-locale.ts'
import { bounded, type Parameters, parseParameters } from '../http/parameters.ts'
import { findBrowserSessions, keepInCookie } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import {
  type SignInDeps,
  type SignInStart,
  signInSession,
  startSignIn,
} from '../sessions/sign-in-session.ts'
import { type SignInAnswer, sendSignInPage } from './sign-in-answer.ts'

export interface SignInEndpointDeps extends AuthorizationDeps, CodeIssueDeps, SignInDeps {
  readonly store: Pick<Store, 'codes' | 'sessions' | 'log' | 'partitions'>
  readonly users: Pick<Users, 'checkPassword'>
  readonly csrf: Csrf
  readonly locale: PageLocale
}

export function signIn(deps: SignInEndpointDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/sign-in', async (request, reply) => {
      const query = request.body.get('request') ?? ''
      const parameters = parseParameters(query)
      // The form is only a carrier: the authorization request is proven again as if it had just come.
      const target = await proveTarget(parameters, deps)
      const asked = checkRequest(parameters, target, deps)
      const page: Omit<SignInAnswer, 'csrf'> = {
        issuer: deps.issuer,
        client: asked.client,
        redirectUri: asked.redirectUri,
        query,
        locale: deps.locale(request, asked.uiLocales),
        username: bounded(request.body, 'username', LIMITS.usernameChars),
      }
      const again = (error: NonNullable<SignInAnswer['error']>, retryAfterSeconds?: number) =>
        sendSignInPage(reply, {
          ...page,
          csrf: deps.csrf.issue(request, reply),
          error,
          ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        })
      if (!deps.csrf.check(request, request.body.get('csrf'))) {
        request.log.info({ reason: 'csrf' }, 'sign-in refused')
        return again('expired')
      }
      const start = await startSignIn(deps)
      const outcome = await deps.users.checkPassword(
        page.username ?? '',
        request.body.get('password') ?? '',
      )
      switch (outcome.kind) {
        case 'refused':
          request.log.info({ reason: outcome.why, client: asked.client.id }, 'sign-in refused')
          return again('refused')
        case 'busy':
          return again('busy', outcome.retryAfterSeconds)
        case 'ok': {
          refuseOtherPerson(asked, outcome.user.sub)
          const session = await open(outcome.user.sub, start, request, reply, deps)
          const code = await issueCode(asked, session, deps)
          request.log.info(
            { client: asked.client.id, sub: session.sub, sid: session.sid },
            'signed in',
          )
          return await reply.redirect(codeResponse({ ...asked, issuer: deps.issuer }, code), 303)
        }
      }
    })
  }
}

async function open(
  sub: string,
  start: SignInStart,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: SignInEndpointDeps,
) {
  const before = await findBrowserSessions(request, reply, deps)
  const sessions = await signInSession(
    {
      start,
      sub,
      acr: ACR.password,
      amr: ['pwd'],
      userAgent: request.headers['user-agent'] ?? '',
      before,
    },
    deps,
  )
  keepInCookie(reply, sessions)
  return sessions[0].session
}
