/** POST /sign-in/code: the second page of a sign-in, for accounts with a one-time code. RFC 6238, RFC 8176 (`otp`, `mfa`). */
import { LIMITS, nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import type { RefusedSignIns } from '../audit/refused-sign-ins.ts'
import { bounded, type Parameters } from '../http/parameters.ts'
import { BY_PASSWORD_AND_CODE } from '../people/check-credentials.ts'
import type { OneTimeCodes } from '../people/one-time-codes.ts'
import { completeSignIn } from '../sign-in/complete-sign-in.ts'
import { sendCodePage } from '../sign-in/send-code-page.ts'
import { sendNewPasswordPage } from '../sign-in/send-new-password-page.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { readErrand } from './read-errand.ts'
import type { SignInEndpointDeps } from './sign-in.ts'

export interface SignInCodeDeps extends SignInEndpointDeps {
  readonly refused: Pick<RefusedSignIns, 'note'>
  readonly codes: Pick<OneTimeCodes, 'check'>
}

export function signInCode(deps: SignInCodeDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/sign-in/code', async (request, reply) => {
      const { sessions, ...errand } = await readErrand(request, reply, deps)
      const { body } = request
      const beginAnew = (error?: 'expired') =>
        sendSignInPage(request, reply, { errand, error }, deps)
      if (body.get('start-again') !== undefined) return beginAnew()
      const text = body.get('password-step')
      const { fields } = errand.form
      const step = deps.passwordSteps.read(text, { csrf: body.get('csrf') ?? '', fields })
      if (sessions === undefined || step === undefined) return beginAnew('expired')
      // Also when the account was deleted, disabled, or lost its code in the meantime.
      const user = await deps.users.find(step.sub)
      if (!user || user.disabled || !user.hasOneTimeCode) return beginAnew('expired')
      const now = nowSeconds(deps.clock)
      const given = bounded(body, 'code', LIMITS.oneTimeCodeChars) ?? ''
      const outcome = await deps.codes.check(user.sub, given, now)
      switch (outcome.kind) {
        case 'refused':
        case 'throttled':
          // Somebody who has the password: worth a warning.
          request.log.warn({ sub: user.sub, outcome: outcome.kind }, 'one-time code refused')
          deps.refused.note({ username: user.username, address: request.ip, why: 'code' })
          return sendCodePage(
            request,
            reply,
            { errand, user, step: text ?? '', error: outcome },
            deps,
          )
        case 'ok': {
          if (user.mustChangePassword) {
            const facts = { withCode: true, passwordChangedAt: user.passwordChangedAt ?? 0 }
            const asked = { errand, user, step: { ...step, ...facts } }
            return sendNewPasswordPage(request, reply, asked, deps)
          }
          const proven = { ...step, now, ...BY_PASSWORD_AND_CODE }
          return await completeSignIn(request, reply, { ...errand, sessions }, proven, deps)
        }
      }
    })
  }
}
