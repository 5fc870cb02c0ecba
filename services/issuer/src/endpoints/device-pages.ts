/** The pages on which people connect devices, in the order in which they meet them: RFC 8628 section 3.3. */
import type { FastifyInstance } from 'fastify'
import type { DevicePagesDeps } from '../device/device-form.ts'
import { device } from './device.ts'
import { deviceAccount } from './device-account.ts'
import { deviceDecision } from './device-decision.ts'

export function devicePages(deps: DevicePagesDeps) {
  return async (app: FastifyInstance) => {
    await app.register(device(deps))
    await app.register(deviceAccount(deps))
    await app.register(deviceDecision(deps))
  }
}
