import type { FastifyReply, FastifyRequest } from 'fastify'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { type SignInError, signInPage } from '../pages/sign-in-page.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand } from './errand.ts'

export interface SignInPageDeps {
  readonly issuer: string
  readonly csrf: Csrf
  readonly locale: PageLocale
}

export interface SignInAsked {
  readonly errand: Pick<Errand, 'form' | 'uiLocales'>
  /** Stands in the form already. */
  readonly username?: string | undefined
  readonly error?: SignInError | undefined
  readonly retryAfterSeconds?: number | undefined
}

const STATUS = { refused: 401, busy: 503, throttled: 429, expired: 400 } as const

/** The page for user name and password, which carries on what the person signs in for. */
export function sendSignInPage(
  request: FastifyRequest,
  reply: FastifyReply,
  { errand, username, error, retryAfterSeconds }: SignInAsked,
  deps: SignInPageDeps,
): FastifyReply {
  const { client, fields } = errand.form
  const csrf = deps.csrf.issue(request, reply)
  // Chromium applies form-action to the redirect that follows the form too, so the app's origin is named.
  reply.headers(pageHeaders(client && { formAction: [client.redirectUri] }))
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply.code(error === undefined ? 200 : STATUS[error]).send(
    signInPage({
      locale: deps.locale(request, errand.uiLocales),
      ...(client && { clientName: client.name }),
      action: `${deps.issuer}/sign-in`,
      hidden: { csrf, ...fields },
      ...(username !== undefined && { username }),
      ...(error !== undefined && { error }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    }),
  )
}
