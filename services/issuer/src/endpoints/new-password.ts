/** POST /sign-in/new-password: the last page of a sign-in with a password that has to be changed. NIST SP 800-63B section 3.1.1. */
import { LIMITS, nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import { bounded, type Parameters } from '../http/parameters.ts'
import { BY_PASSWORD, BY_PASSWORD_AND_CODE } from '../people/check-credentials.ts'
import type { ChoosePassword } from '../people/choose-password.ts'
import { completeSignIn } from '../sign-in/complete-sign-in.ts'
import { type ReplacePasswordDeps, replacePassword } from '../sign-in/replace-password.ts'
import { NEW_PASSWORD_PATH, sendNewPasswordPage } from '../sign-in/send-new-password-page.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { readErrand } from './read-errand.ts'
import type { SignInEndpointDeps } from './sign-in.ts'

export interface NewPasswordDeps extends SignInEndpointDeps, Omit<ReplacePasswordDeps, 'store'> {
  readonly choosePassword: ChoosePassword
}

export function newPassword(deps: NewPasswordDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>(NEW_PASSWORD_PATH, async (request, reply) => {
      const { sessions, ...errand } = await readErrand(request, reply, deps)
      const { body } = request
      const beginAnew = (error?: 'expired') =>
        sendSignInPage(request, reply, { errand, error }, deps)
      if (body.get('start-again') !== undefined) return beginAnew()
      const text = body.get('new-password-step')
      const { fields } = errand.form
      const step = deps.newPasswordSteps.read(text, { csrf: body.get('csrf') ?? '', fields })
      if (sessions === undefined || step === undefined) return beginAnew('expired')
      const { sub, rev } = step
      const user = await deps.users.find(sub)
      // Before anything changes: the errand may be somebody else's.
      errand.checkPerson(sub)
      if (!user?.mustChangePassword || user.disabled) return beginAnew('expired')
      const chosen = await deps.choosePassword(user, {
        password: bounded(body, 'new-password', LIMITS.passwordBytes) ?? '',
        again: bounded(body, 'new-password-again', LIMITS.passwordBytes) ?? '',
        address: request.ip,
      })
      if (chosen.kind === 'refused') {
        const { error } = chosen
        request.log.info({ sub, reason: error.kind }, 'new password refused')
        return sendNewPasswordPage(request, reply, { errand, user, step: text ?? '', error }, deps)
      }
      const place = await replacePassword(step, chosen.passwordHash, deps)
      if (place === undefined) return beginAnew('expired')
      request.log.info({ sub, since: rev.offset }, 'password changed at sign-in')
      const factors = step.withCode ? BY_PASSWORD_AND_CODE : BY_PASSWORD
      const proven = { sub, rev: place, now: nowSeconds(deps.clock), ...factors }
      // The sessions that this person had here before have ended with everything else of theirs.
      const others = sessions.filter(({ session }) => session.sub !== sub)
      return await completeSignIn(request, reply, { ...errand, sessions: others }, proven, deps)
    })
  }
}
