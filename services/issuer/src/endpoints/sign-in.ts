/** GET and POST /sign-in: the password form, by itself for the start page. OpenID Connect Core section 3.1.2.3; 303 after it (RFC 9700 section 4.12). */
import { LIMITS } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { HOME_PAGE } from '../account/account-errand.ts'
import type { NextStepDeps } from '../authorization/next-step.ts'
import { bounded, type Parameters } from '../http/parameters.ts'
import type { SignInError } from '../pages/sign-in-page.ts'
import type { CheckCredentials } from '../people/check-credentials.ts'
import { completeSignIn } from '../sign-in/complete-sign-in.ts'
import { type CodeStepDeps, sendCodePage } from '../sign-in/send-code-page.ts'
import { type NewPasswordPageDeps, sendNewPasswordPage } from '../sign-in/send-new-password-page.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { placeFor, type SignInDeps } from '../sign-in/sign-in-session.ts'
import { readErrand } from './read-errand.ts'

export interface SignInEndpointDeps
  extends NextStepDeps,
    SignInDeps,
    CodeStepDeps,
    NewPasswordPageDeps {
  readonly store: Pick<Store, 'codes' | 'sessions' | 'log' | 'partitions'>
  readonly checkCredentials: CheckCredentials
}

export function signIn(deps: SignInEndpointDeps) {
  return async (app: FastifyInstance) => {
    app.get('/sign-in', async (request, reply) =>
      sendSignInPage(request, reply, { errand: HOME_PAGE }, deps),
    )

    app.post<{ Body: Parameters }>('/sign-in', async (request, reply) => {
      const { sessions, ...errand } = await readErrand(request, reply, deps)
      const username = bounded(request.body, 'username', LIMITS.usernameChars)
      const again = (error: SignInError, retryAfterSeconds?: number) =>
        sendSignInPage(request, reply, { errand, username, error, retryAfterSeconds }, deps)
      if (sessions === undefined) return again('expired')
      const outcome = await deps.checkCredentials({
        username: username ?? '',
        password: request.body.get('password') ?? '',
        address: request.ip,
      })
      switch (outcome.kind) {
        case 'refused':
        case 'code_refused':
          request.log.info({ reason: outcome.why, client: errand.client }, 'sign-in refused')
          return again('refused')
        case 'throttled':
          request.log.warn({ client: errand.client }, 'sign-in throttled')
          return again('throttled', outcome.retryAfterSeconds)
        case 'busy':
          return again('busy', outcome.retryAfterSeconds)
        case 'code_required': {
          const { user, start } = outcome
          const step = { sub: user.sub, rev: placeFor(user.sub, start) }
          return sendCodePage(request, reply, { errand, user, step }, deps)
        }
        case 'password_change_required': {
          const { user, start, withCode } = outcome
          const passwordChangedAt = user.passwordChangedAt ?? 0
          const step = {
            sub: user.sub,
            rev: placeFor(user.sub, start),
            withCode,
            passwordChangedAt,
          }
          return sendNewPasswordPage(request, reply, { errand, user, step }, deps)
        }
        case 'ok': {
          const { user, start, acr, amr } = outcome
          const facts = { sub: user.sub, now: start.now, rev: placeFor(user.sub, start), acr, amr }
          return await completeSignIn(request, reply, { ...errand, sessions }, facts, deps)
        }
      }
    })
  }
}
