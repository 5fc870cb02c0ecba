import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Parameters } from '../http/parameters.ts'
import { type BrowserSessionsDeps, findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand, SignInForm } from '../sign-in/errand.ts'

/** The value of `errand` in a sign-in form that leads to the page for one-time codes. */
export const ACCOUNT_ERRAND = 'one-time-code'

export const ONE_TIME_CODE_PATH = '/account/one-time-code'

export const ACCOUNT_FORM: SignInForm = { fields: { errand: ACCOUNT_ERRAND } }

/** Somebody signs in again before they change how they sign in. */
export async function accountErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: BrowserSessionsDeps & { readonly issuer: string; readonly csrf: Csrf },
): Promise<Errand> {
  const isOurs = deps.csrf.check(request, request.body.get('csrf'))
  return {
    form: ACCOUNT_FORM,
    sessions: isOurs ? await findBrowserSessions(request, reply, deps) : undefined,
    checkPerson: () => {},
    goOn: async () => await reply.redirect(`${deps.issuer}${ONE_TIME_CODE_PATH}`, 303),
  }
}
