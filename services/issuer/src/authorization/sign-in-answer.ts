import type { FastifyReply } from 'fastify'
import type { Locale } from '../pages/locale.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { signInPage } from '../pages/sign-in-page.ts'
import type { AskedRequest } from './read-request.ts'

export interface SignInAnswer {
  readonly issuer: string
  readonly csrf: string
  /** Its query goes through the form and is checked again in full. */
  readonly asked: Pick<AskedRequest, 'client' | 'redirectUri' | 'query'>
  readonly locale: Locale
  readonly username: string | undefined
  readonly error?: 'refused' | 'busy' | 'expired'
  readonly retryAfterSeconds?: number
}

const STATUS = { refused: 401, busy: 503, expired: 400 } as const

export function sendSignInPage(reply: FastifyReply, answer: SignInAnswer): FastifyReply {
  const { asked, error, retryAfterSeconds } = answer
  // Chromium applies form-action to the redirect that follows the form too, so the app's origin is named.
  reply.headers(pageHeaders({ formAction: [asked.redirectUri] }))
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds))
  return reply.code(error === undefined ? 200 : STATUS[error]).send(
    signInPage({
      locale: answer.locale,
      clientName: asked.client.name,
      action: `${answer.issuer}/sign-in`,
      hidden: { csrf: answer.csrf, request: asked.query },
      ...(answer.username !== undefined && { username: answer.username }),
      ...(error !== undefined && { error }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    }),
  )
}
