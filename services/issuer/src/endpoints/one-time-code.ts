/** GET and POST /account/one-time-code: a person switches their second factor on or off. RFC 6238; NIST SP 800-63B section 4.1. */
import type { User, Users } from '@latchkey/directory'
import { LIMITS, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { ONE_TIME_CODE_PAGE, ONE_TIME_CODE_PATH } from '../account/account-errand.ts'
import { type ChangeOneTimeCodeDeps, changeOneTimeCode } from '../account/change-one-time-code.ts'
import { pendingSecrets } from '../account/pending-secrets.ts'
import {
  type OneTimeCodePageDeps,
  sendOneTimeCodePage,
} from '../account/send-one-time-code-page.ts'
import { bounded, type Parameters, parseParameters, queryOf } from '../http/parameters.ts'
import type { CodeSecrets } from '../people/code-secrets.ts'
import type { OneTimeCodes } from '../people/one-time-codes.ts'
import {
  type BrowserSession,
  findBrowserSessions,
  keepInCookie,
} from '../sessions/browser-sessions.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { startSignIn } from '../sign-in/sign-in-session.ts'

export interface OneTimeCodeDeps
  extends ChangeOneTimeCodeDeps,
    Omit<OneTimeCodePageDeps, 'pending'> {
  readonly users: Pick<Users, 'find'>
  readonly codes: OneTimeCodes
  readonly secrets: CodeSecrets
}

type Deps = OneTimeCodeDeps & OneTimeCodePageDeps

/** How somebody signs in is changed only by whoever has just shown that they are that person. */
const FRESH_SECONDS = 300

export function oneTimeCode(given: OneTimeCodeDeps) {
  const deps = { ...given, pending: pendingSecrets(given) }
  return async (app: FastifyInstance) => {
    app.get(ONE_TIME_CODE_PATH, async (request, reply) => {
      const asked = parseParameters(queryOf(request.url)).get('account')
      const found = await findAccount(request, reply, asked, deps)
      if (!found) return await reply.redirect(`${deps.issuer}/`, 303)
      const { user, own } = found
      if (!isFresh(own, deps)) return sendSignInAgain(request, reply, user, deps)
      const { sub, sid } = own.session
      if (user.hasOneTimeCode) return sendOneTimeCodePage(request, reply, { user, sid }, deps)
      const secret = deps.secrets.create()
      const offered = { secret, sealed: deps.pending.write(secret, { sub, sid }) }
      return sendOneTimeCodePage(request, reply, { user, sid, offered }, deps)
    })

    app.post<{ Body: Parameters }>(ONE_TIME_CODE_PATH, async (request, reply) => {
      if (!deps.csrf.check(request, request.body.get('csrf'))) {
        throw new OAuthError('invalid_request', 'form_of_others')
      }
      return await change(request, reply, deps)
    })
  }
}

async function change(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: Deps,
): Promise<unknown> {
  const { body } = request
  const beginAnew = () => reply.redirect(`${deps.issuer}${ONE_TIME_CODE_PATH}`, 303)
  const start = await startSignIn(deps)
  const found = await findAccount(request, reply, body.get('account') ?? '', deps)
  if (!found) return await beginAnew()
  const { user, own, sessions } = found
  const { sub, sid } = own.session
  const sealed = body.get('secret')
  const secret = sealed === undefined ? null : deps.pending.read(sealed, { sub, sid })
  // What was offered is younger than the sign-in; to switch off nothing was.
  if (secret === undefined || (secret === null && !isFresh(own, deps))) return await beginAnew()
  const code = bounded(body, 'code', LIMITS.oneTimeCodeChars) ?? ''
  const outcome = secret
    ? await deps.codes.checkWith(secret, sub, code, start.now)
    : await deps.codes.check(sub, code, start.now)
  if (outcome.kind !== 'ok') {
    request.log.info({ sub, outcome: outcome.kind }, 'one-time code refused')
    const offered = secret && sealed !== undefined ? { offered: { secret, sealed } } : {}
    return sendOneTimeCodePage(request, reply, { user, sid, ...offered, error: outcome }, deps)
  }
  const changed = await changeOneTimeCode({ start, own, sessions, secret }, deps)
  if (!changed) return await beginAnew()
  keepInCookie(reply, changed)
  request.log.info({ sub, isOn: secret !== null }, 'one-time code changed')
  return await reply.redirect(`${deps.issuer}/`, 303)
}

/** The account that is asked for, else the one that was used last in this browser. */
async function findAccount(
  request: FastifyRequest,
  reply: FastifyReply,
  sid: string | undefined,
  deps: Deps,
): Promise<
  | {
      readonly user: User
      readonly own: BrowserSession
      readonly sessions: readonly BrowserSession[]
    }
  | undefined
> {
  const sessions = await findBrowserSessions(request, reply, deps)
  const own = sid === undefined ? sessions[0] : sessions.find(({ session }) => session.sid === sid)
  const user = own && (await deps.users.find(own.session.sub))
  return own && user && { user, own, sessions }
}

function isFresh({ session }: BrowserSession, { clock }: Pick<Deps, 'clock'>): boolean {
  return nowSeconds(clock) - session.authTime <= FRESH_SECONDS
}

function sendSignInAgain(
  request: FastifyRequest,
  reply: FastifyReply,
  { username }: User,
  deps: Deps,
): FastifyReply {
  return sendSignInPage(request, reply, { errand: ONE_TIME_CODE_PAGE, username }, deps)
}
