/** POST /device/account: for which of the accounts in this browser a device is connected. */
import type { FastifyInstance } from 'fastify'
import { type DevicePagesDeps, readDeviceForm, sendDeviceSignIn } from '../device/device-form.ts'
import { devicePath } from '../device/device-path.ts'
import { readUserCode, TYPED_CODE_CHARS } from '../device/user-code.ts'
import { bounded, type Parameters } from '../http/parameters.ts'
import { keepInCookie } from '../sessions/browser-sessions.ts'
import { ANOTHER_ACCOUNT } from './select-account.ts'

export function deviceAccount(deps: DevicePagesDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/device/account', async (request, reply) => {
      const userCode = readUserCode(bounded(request.body, 'user_code', TYPED_CODE_CHARS))
      const form = await readDeviceForm(request, reply, deps)
      if (form && request.body.get('account') === ANOTHER_ACCOUNT) {
        return sendDeviceSignIn(request, reply, userCode, deps)
      }
      if (form?.session) {
        const { session: chosen, sessions } = form
        const inFront = sessions.filter(({ session }) => session.sid === chosen.sid)
        keepInCookie(reply, [...inFront, ...sessions.filter((one) => !inFront.includes(one))])
      }
      return await reply.redirect(`${deps.issuer}${devicePath(userCode)}`, 303)
    })
  }
}
