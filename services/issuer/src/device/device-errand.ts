import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Parameters } from '../http/parameters.ts'
import { type BrowserSessionsDeps, findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { Errand, SignInForm } from '../sign-in/errand.ts'
import { devicePath } from './device-path.ts'
import { readUserCode } from './user-code.ts'

/** The value of `errand` in a sign-in form that leads to the page for devices. */
export const DEVICE_ERRAND = 'device'

export function deviceForm(userCode: string | undefined): SignInForm {
  return { fields: { errand: DEVICE_ERRAND, user_code: userCode ?? '' } }
}

/** Somebody signs in for the page on which codes of devices are entered. */
export async function deviceErrand(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: BrowserSessionsDeps & { readonly issuer: string; readonly csrf: Csrf },
): Promise<Errand> {
  const { body } = request
  const userCode = readUserCode(body.get('user_code'))
  const isOurs = deps.csrf.check(request, body.get('csrf'))
  return {
    form: deviceForm(userCode),
    sessions: isOurs ? await findBrowserSessions(request, reply, deps) : undefined,
    checkPerson: () => {},
    goOn: async () => await reply.redirect(`${deps.issuer}${devicePath(userCode)}`, 303),
  }
}
