import { DIRECTORY_LIMITS, type User } from '@latchkey/directory'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  NEW_PASSWORD_STATUS,
  type NewPasswordError,
  newPasswordPage,
} from '../pages/new-password-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand } from './errand.ts'
import type { NewPasswordStep, NewPasswordSteps } from './new-password-step.ts'

export const NEW_PASSWORD_PATH = '/sign-in/new-password'

export interface NewPasswordPageDeps {
  readonly issuer: string
  readonly csrf: Csrf
  readonly newPasswordSteps: NewPasswordSteps
  readonly locale: PageLocale
}

export interface NewPasswordAsked {
  readonly errand: Pick<Errand, 'form' | 'uiLocales'>
  readonly user: Pick<User, 'username' | 'name'>
  /** What is proven, or the text of it that came back with a password that cannot be: trying again gives no more time. */
  readonly step: NewPasswordStep | string
  readonly error?: NewPasswordError
}

/** The page for another password, which carries on that everything else was right. */
export function sendNewPasswordPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { errand, user, step, error }: NewPasswordAsked,
  deps: NewPasswordPageDeps,
): FastifyReply {
  const { fields, client } = errand.form
  const csrf = deps.csrf.issue(request, reply)
  const proven =
    typeof step === 'string' ? step : deps.newPasswordSteps.write(step, { csrf, fields })
  reply.headers(pageHeaders(client && { formAction: [client.redirectUri] }))
  if (error && 'retryAfterSeconds' in error) {
    reply.header('retry-after', String(error.retryAfterSeconds))
  }
  return reply.code(error === undefined ? 200 : NEW_PASSWORD_STATUS[error.kind]).send(
    newPasswordPage({
      locale: deps.locale(request, errand.uiLocales),
      user,
      least: DIRECTORY_LIMITS.passwordChars,
      action: `${deps.issuer}${NEW_PASSWORD_PATH}`,
      hidden: { csrf, ...fields, 'new-password-step': proven },
      error,
    }),
  )
}
