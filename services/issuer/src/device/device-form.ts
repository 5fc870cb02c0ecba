import type { Clients, Consents, Services, Users } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EndingChange } from '../ending/ending-change.ts'
import type { Parameters } from '../http/parameters.ts'
import { type DeviceCodeError, deviceCodePage } from '../pages/device-code-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'
import { type BrowserSession, findBrowserSessions } from '../sessions/browser-sessions.ts'
import type { Csrf } from '../sessions/csrf.ts'
import type { StepProofs } from '../sessions/step-proof.ts'
import { sendSignInPage } from '../sign-in/send-sign-in-page.ts'
import { deviceForm } from './device-errand.ts'
import { shownUserCode } from './user-code.ts'

export interface DevicePagesDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'devices' | 'sessions' | 'throttle'>
  readonly clients: Pick<Clients, 'find'>
  readonly users: Pick<Users, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly consents: Consents
  readonly endingChange: EndingChange
  readonly csrf: Csrf
  readonly proofs: StepProofs
  readonly locale: PageLocale
  readonly clock: Clock
  readonly idleSeconds: number
}

/** A form of one of these pages: from our page in this browser, and whose of the accounts in it the page was. */
export interface DeviceForm {
  readonly csrf: string
  readonly sessions: readonly BrowserSession[]
  readonly session: BrowserSession['session'] | undefined
}

export async function readDeviceForm(
  request: FastifyRequest<{ Body: Parameters }>,
  reply: FastifyReply,
  deps: DevicePagesDeps,
): Promise<DeviceForm | undefined> {
  const csrf = request.body.get('csrf')
  if (csrf === undefined || !deps.csrf.check(request, csrf)) return undefined
  const sessions = await findBrowserSessions(request, reply, deps)
  const account = request.body.get('account')
  return {
    csrf,
    sessions,
    session: sessions.find(({ session }) => session.sid === account)?.session,
  }
}

const STATUS = { wrong: 400, blocked: 429 } as const

/** The page for the code, for the account that is used last in this browser or for the one that is given. */
export async function sendCodePage(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: {
    readonly session: BrowserSession['session']
    readonly userCode?: string | undefined
    readonly error?: DeviceCodeError
  },
  deps: DevicePagesDeps,
): Promise<FastifyReply> {
  const { session, userCode, error } = asked
  const user = await deps.users.find(session.sub)
  if (error?.kind === 'blocked') reply.header('retry-after', String(error.retryAfterSeconds))
  return reply
    .code(error === undefined ? 200 : STATUS[error.kind])
    .headers(pageHeaders())
    .send(
      deviceCodePage({
        locale: deps.locale(request),
        user: { username: user?.username ?? '', name: user?.name ?? '' },
        userCode: userCode && shownUserCode(userCode),
        error,
        action: `${deps.issuer}/device`,
        hidden: { csrf: deps.csrf.issue(request, reply), account: session.sid },
      }),
    )
}

/** The sign-in page, which leads back to the page for the code. */
export function sendDeviceSignIn(
  request: FastifyRequest,
  reply: FastifyReply,
  userCode: string | undefined,
  deps: Pick<DevicePagesDeps, 'issuer' | 'csrf' | 'locale'>,
): FastifyReply {
  return sendSignInPage(request, reply, { errand: { form: deviceForm(userCode) } }, deps)
}
