import type { FastifyReply } from 'fastify'
import type { Locale } from '../pages/locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { type SignInError, signInPage } from '../pages/sign-in-page.ts'
import type { SignInForm } from './errand.ts'

export interface SignInAnswer {
  readonly issuer: string
  readonly csrf: string
  readonly form: SignInForm
  readonly locale: Locale
  readonly username: string | undefined
  readonly error?: SignInError
  readonly retryAfterSeconds?: number
}

const STATUS = { refused: 401, busy: 503, throttled: 429, expired: 400 } as const

export function sendSignInPage(reply: FastifyReply, answer: SignInAnswer): FastifyReply {
  const { form, error, retryAfterSeconds } = answer
  const { client, fields } = form
  // Chromium applies form-action to the redirect that follows the form too, so the app's origin is named.
  reply.headers(pageHeaders(client && { formAction: [client.redirectUri] }))
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply.code(error === undefined ? 200 : STATUS[error]).send(
    signInPage({
      locale: answer.locale,
      ...(client && { clientName: client.name }),
      action: `${answer.issuer}/sign-in`,
      hidden: { csrf: answer.csrf, ...fields },
      ...(answer.username !== undefined && { username: answer.username }),
      ...(error !== undefined && { error }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    }),
  )
}
