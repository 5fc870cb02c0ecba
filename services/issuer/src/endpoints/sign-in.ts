/** POST /sign-in: the password form. OpenID Connect Core section 3.1.2.3; 303 after it (RFC 9700 section 4.12). */
import type { Users } from '@latchkey/directory'
import { ACR, LIMITS, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { namesPerson } from '../authorization/choose-session.ts'
import { type Flow, type NextStepDeps, nextStep } from '../authorization/next-step.ts'
import { readStep } from '../authorization/read-step.ts'
import { RedirectableError } from '../authorization/redirectable-error.ts'
import { type SignInAnswer, sendSignInPage } from '../authorization/sign-in-answer.ts'
import { bounded, type Parameters } from '../http/parameters.ts'
import { keepInCookie } from '../sessions/browser-sessions.ts'
import {
  type SignInDeps,
  type SignInStart,
  signInSession,
  startSignIn,
} from '../sessions/sign-in-session.ts'

export interface SignInEndpointDeps extends NextStepDeps, SignInDeps {
  readonly store: Pick<Store, 'codes' | 'sessions' | 'log' | 'partitions'>
  readonly users: Pick<Users, 'find' | 'checkPassword'>
}

export function signIn(deps: SignInEndpointDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/sign-in', async (request, reply) => {
      const step = await readStep(request, reply, deps)
      const { asked } = step
      const username = bounded(request.body, 'username', LIMITS.usernameChars)
      const again = (error: NonNullable<SignInAnswer['error']>, retryAfterSeconds?: number) =>
        sendSignInPage(reply, {
          issuer: deps.issuer,
          csrf: deps.csrf.issue(request, reply),
          asked,
          locale: deps.locale(request, asked.uiLocales),
          username,
          error,
          ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        })
      if (step.kind === 'foreign') return again('expired')
      const start = await startSignIn(deps)
      const outcome = await deps.users.checkPassword(
        username ?? '',
        request.body.get('password') ?? '',
      )
      switch (outcome.kind) {
        case 'refused':
          request.log.info({ reason: outcome.why, client: asked.client.id }, 'sign-in refused')
          return again('refused')
        case 'busy':
          return again('busy', outcome.retryAfterSeconds)
        case 'ok':
          return await signedIn(
            outcome.user.sub,
            start,
            { request, reply, asked, sessions: step.sessions },
            deps,
          )
      }
    })
  }
}

async function signedIn(sub: string, start: SignInStart, flow: Flow, deps: SignInEndpointDeps) {
  const { request, reply, asked } = flow
  if (!namesPerson(asked, sub, deps.subjectFor)) {
    throw new RedirectableError(new OAuthError('login_required', 'not_the_named'), asked)
  }
  const sessions = await signInSession(
    {
      start,
      sub,
      acr: ACR.password,
      amr: ['pwd'],
      userAgent: userAgentOf(request),
      before: flow.sessions,
    },
    deps,
  )
  keepInCookie(reply, sessions)
  const [{ session }] = sessions
  request.log.info({ client: asked.client.id, sub, sid: session.sid }, 'signed in')
  return await nextStep({ ...flow, sessions, established: { session, signedIn: true } }, deps)
}

function userAgentOf(request: FastifyRequest): string {
  return request.headers['user-agent'] ?? ''
}
