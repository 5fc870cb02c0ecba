/** POST /sign-in: the password form. OpenID Connect Core section 3.1.2.3; 303 after it (RFC 9700 section 4.12). */
import type { Users } from '@latchkey/directory'
import { ACR, LIMITS } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { appErrand } from '../authorization/app-errand.ts'
import type { Errand } from '../authorization/errand.ts'
import type { NextStepDeps } from '../authorization/next-step.ts'
import { type SignInAnswer, sendSignInPage } from '../authorization/sign-in-answer.ts'
import { DEVICE_ERRAND, deviceErrand } from '../device/device-errand.ts'
import { bounded, type Parameters } from '../http/parameters.ts'
import { keepInCookie } from '../sessions/browser-sessions.ts'
import { type SignInDeps, signInSession, startSignIn } from '../sessions/sign-in-session.ts'

export interface SignInEndpointDeps extends NextStepDeps, SignInDeps {
  readonly store: Pick<Store, 'codes' | 'sessions' | 'log' | 'partitions'>
  readonly users: Pick<Users, 'find' | 'checkPassword'>
}

type SignInRequest = FastifyRequest<{ Body: Parameters }>

export function signIn(deps: SignInEndpointDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/sign-in', async (request, reply) => {
      const errand = await readErrand(request, reply, deps)
      const username = bounded(request.body, 'username', LIMITS.usernameChars)
      const again = (error: NonNullable<SignInAnswer['error']>, retryAfterSeconds?: number) =>
        sendSignInPage(reply, {
          issuer: deps.issuer,
          csrf: deps.csrf.issue(request, reply),
          form: errand.form,
          locale: deps.locale(request, errand.uiLocales),
          username,
          error,
          ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
        })
      if (errand.sessions === undefined) return again('expired')
      const start = await startSignIn(deps)
      const outcome = await deps.users.checkPassword(
        username ?? '',
        request.body.get('password') ?? '',
      )
      switch (outcome.kind) {
        case 'refused':
          request.log.info({ reason: outcome.why, client: errand.client }, 'sign-in refused')
          return again('refused')
        case 'busy':
          return again('busy', outcome.retryAfterSeconds)
        case 'ok': {
          const { sub } = outcome.user
          errand.checkPerson(sub)
          const facts = { acr: ACR.password, amr: ['pwd'], userAgent: userAgentOf(request) }
          const sessions = await signInSession(
            { start, sub, before: errand.sessions, ...facts },
            deps,
          )
          keepInCookie(reply, sessions)
          const [{ session }] = sessions
          request.log.info({ client: errand.client, sub, sid: session.sid }, 'signed in')
          return await errand.goOn(sessions)
        }
      }
    })
  }
}

async function readErrand(
  request: SignInRequest,
  reply: FastifyReply,
  deps: SignInEndpointDeps,
): Promise<Errand> {
  const isDevice = request.body.get('errand') === DEVICE_ERRAND
  return isDevice ? await deviceErrand(request, reply, deps) : await appErrand(request, reply, deps)
}

function userAgentOf(request: FastifyRequest): string {
  return request.headers['user-agent'] ?? ''
}
