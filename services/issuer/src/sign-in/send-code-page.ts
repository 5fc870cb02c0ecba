import type { User } from '@latchkey/directory'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CODE_STATUS, type CodeError, codePage } from '../pages/code-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand } from './errand.ts'
import type { PasswordStep, PasswordSteps } from './password-step.ts'

export interface CodeStepDeps {
  readonly issuer: string
  readonly csrf: Csrf
  readonly passwordSteps: PasswordSteps
  readonly locale: PageLocale
}

export interface CodeStep {
  readonly errand: Pick<Errand, 'form' | 'uiLocales'>
  readonly user: Pick<User, 'username' | 'name'>
  /** What the password has settled, or the text of it that came back with a wrong code: trying again gives no more time. */
  readonly step: PasswordStep | string
  readonly error?: CodeError
}

/** The page for the one-time code, which carries on that the password was right. */
export function sendCodePage(
  request: FastifyRequest,
  reply: FastifyReply,
  { errand, user, step, error }: CodeStep,
  deps: CodeStepDeps,
): FastifyReply {
  const { fields, client } = errand.form
  const csrf = deps.csrf.issue(request, reply)
  const password =
    typeof step === 'string' ? step : deps.passwordSteps.write(step, { csrf, fields })
  reply.headers(pageHeaders(client && { formAction: [client.redirectUri] }))
  if (error?.kind === 'throttled') reply.header('retry-after', String(error.retryAfterSeconds))
  return reply.code(error === undefined ? 200 : CODE_STATUS[error.kind]).send(
    codePage({
      locale: deps.locale(request, errand.uiLocales),
      user,
      action: `${deps.issuer}/sign-in/code`,
      hidden: { csrf, ...fields, 'password-step': password },
      error,
    }),
  )
}
