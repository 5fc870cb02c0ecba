/** Errors as pages, for the endpoints that people meet; as redirects once the client and its address are proven. */
import type { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { logError, statusOf, toOAuthError } from '../http/oauth-errors.ts'
import { type ErrorPageKind, errorPage } from '../pages/error-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { unavailablePage } from '../pages/unavailable-page.ts'
import { RedirectableError } from './redirectable-error.ts'
import { sendError } from './response.ts'

export interface PageErrorDeps {
  readonly issuer: string
  readonly locale: PageLocale
}

export function sendPageError(deps: PageErrorDeps) {
  return async (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const locale = deps.locale(request)
    if (thrown instanceof RedirectableError) {
      const { error, target } = thrown
      logError(request, error)
      return await sendError(reply, target, error, { issuer: deps.issuer, locale })
    }
    const error = toOAuthError(thrown)
    logError(request, error)
    reply.headers(pageHeaders())
    if (error.status === 503) {
      return reply
        .code(503)
        .header('retry-after', String(error.retryAfterSeconds ?? 1))
        .send(unavailablePage({ locale }))
    }
    // Nothing may be answered to an address that is not proven.
    return reply.code(pageStatus(thrown, error)).send(
      errorPage({
        locale,
        kind: kindOf(error),
        code: error.code,
        reference: request.id,
        ...(error.description !== undefined && { description: error.description }),
      }),
    )
  }
}

/** A page is never a 401, which is for programs. A body that was not read keeps its own status. */
function pageStatus(thrown: unknown, error: OAuthError): number {
  const status = statusOf(thrown, error)
  if (status >= 500) return 500
  return status === 413 || status === 415 ? status : 400
}

const KINDS: Readonly<Record<string, ErrorPageKind>> = {
  client_unknown: 'client',
  client_disabled: 'client',
  client_id_missing: 'client',
  client_id_too_long: 'client',
  redirect_uri_missing: 'redirect',
  redirect_uri_mismatch: 'redirect',
  redirect_uri_too_long: 'redirect',
  post_logout_redirect_uri_mismatch: 'redirect',
  form_of_others: 'origin',
}

function kindOf(error: OAuthError): ErrorPageKind {
  return error.status >= 500 ? 'server' : (KINDS[error.reason] ?? 'request')
}
