/** GET and POST /device: the code of a device is entered, by somebody who is signed in. RFC 8628 section 3.3. */
import { nowSeconds } from '@latchkey/protocol'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { askAboutDevice } from '../device/ask-about-device.ts'
import {
  type DeviceForm,
  type DevicePagesDeps,
  readDeviceForm,
  sendCodePage,
  sendDeviceSignIn,
} from '../device/device-form.ts'
import { devicePath } from '../device/device-path.ts'
import { type GuessLimit, guessLimit } from '../device/guess-limit.ts'
import { readUserCode, TYPED_CODE_CHARS } from '../device/user-code.ts'
import { bounded, type Parameters, parseParameters, queryOf } from '../http/parameters.ts'
import { accountsPage } from '../pages/accounts-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import { accountsOf } from '../sessions/accounts-of.ts'
import { findBrowserSessions } from '../sessions/browser-sessions.ts'

type FormRequest = FastifyRequest<{ Body: Parameters }>

export function device(deps: DevicePagesDeps) {
  const guesses = guessLimit({ throttle: deps.store.throttle, clock: deps.clock })
  return async (app: FastifyInstance) => {
    app.get('/device', async (request, reply) => {
      const userCode = typedCode(parseParameters(queryOf(request.url)))
      const [active] = await findBrowserSessions(request, reply, deps)
      // Whoever is not signed in can try no codes.
      if (!active) return sendDeviceSignIn(request, reply, userCode, deps)
      return await sendCodePage(request, reply, { session: active.session, userCode }, deps)
    })

    app.post<{ Body: Parameters }>('/device', async (request, reply) => {
      const userCode = typedCode(request.body)
      const form = await readDeviceForm(request, reply, deps)
      if (form === undefined || form.session === undefined) {
        return await reply.redirect(`${deps.issuer}${devicePath(userCode)}`, 303)
      }
      if (request.body.get('other') !== undefined) {
        return await askForAccount(request, reply, { form, userCode }, deps)
      }
      return await look(request, reply, { form, session: form.session, userCode, guesses }, deps)
    })
  }
}

function typedCode(parameters: Parameters): string | undefined {
  return readUserCode(bounded(parameters, 'user_code', TYPED_CODE_CHARS))
}

async function askForAccount(
  request: FormRequest,
  reply: FastifyReply,
  { form, userCode }: { form: DeviceForm; userCode: string | undefined },
  deps: DevicePagesDeps,
): Promise<FastifyReply> {
  if (form.sessions.length === 1) return sendDeviceSignIn(request, reply, userCode, deps)
  return reply.headers(pageHeaders()).send(
    accountsPage({
      locale: deps.locale(request),
      accounts: await accountsOf(form.sessions, deps),
      action: `${deps.issuer}/device/account`,
      hidden: { csrf: form.csrf, user_code: userCode ?? '' },
    }),
  )
}

/** Every try counts before anything is looked up; one that was right is given back. */
async function look(
  request: FormRequest,
  reply: FastifyReply,
  asked: {
    readonly form: DeviceForm
    readonly session: NonNullable<DeviceForm['session']>
    readonly userCode: string | undefined
    readonly guesses: GuessLimit
  },
  deps: DevicePagesDeps,
): Promise<FastifyReply> {
  const { form, session, userCode, guesses } = asked
  const guesser = { sub: session.sub, address: request.ip }
  const blocked = await guesses.attempt(guesser)
  if (blocked) {
    request.log.warn({ sub: session.sub }, 'too many device codes tried')
    return await sendCodePage(request, reply, { session, userCode, error: blocked }, deps)
  }
  const now = nowSeconds(deps.clock)
  const record = userCode === undefined ? undefined : await deps.store.devices.find(userCode, now)
  const client = record && (await deps.clients.find(record.clientId))
  if (record === undefined || client === undefined || client.disabled) {
    const error = { kind: 'wrong' } as const
    return await sendCodePage(request, reply, { session, userCode, error }, deps)
  }
  await guesses.giveBack(guesser)
  return await askAboutDevice(request, reply, { record, client, session, csrf: form.csrf }, deps)
}
