import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Parameters } from '../http/parameters.ts'
import { type BrowserSessionsDeps, findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand, SignInForm } from '../sign-in/errand.ts'

/** Values of `errand` in sign-in forms that lead to a page of the issuer's own: that for one-time codes, the start page. */
export const ACCOUNT_ERRAND = 'one-time-code'
export const HOME_ERRAND = 'home'

export const ONE_TIME_CODE_PATH = '/account/one-time-code'

/** A page of the issuer's own, and the form that leads to it. */
export interface AccountPage {
  readonly form: SignInForm
  readonly path: string
}

export const ONE_TIME_CODE_PAGE: AccountPage = {
  form: { fields: { errand: ACCOUNT_ERRAND } },
  path: ONE_TIME_CODE_PATH,
}
export const HOME_PAGE: AccountPage = { form: { fields: { errand: HOME_ERRAND } }, path: '/' }

/** Somebody signs in for a page of their account, perhaps again. */
export async function accountErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  { form, path }: AccountPage,
  deps: BrowserSessionsDeps & { readonly issuer: string; readonly csrf: Csrf },
): Promise<Errand> {
  const isOurs = deps.csrf.check(request, request.body.get('csrf'))
  return {
    form,
    sessions: isOurs ? await findBrowserSessions(request, reply, deps) : undefined,
    checkPerson: () => {},
    goOn: async () => await reply.redirect(`${deps.issuer}${path}`, 303),
  }
}
