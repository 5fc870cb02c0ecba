/** POST /device/decision: whether a device may have what it asks for. RFC 8628 section 3.3. */
import { nowSeconds } from '@latchkey/protocol'
import type { DeviceDecision, DeviceRecord, SessionRecord } from '@latchkey/store'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { allowedScope, optionalScopes, rememberConsent } from '../authorization/consent.ts'
import { type DevicePagesDeps, readDeviceForm, sendCodePage } from '../device/device-form.ts'
import { devicePath } from '../device/device-path.ts'
import { queryOfDevice } from '../device/device-step.ts'
import type { Parameters } from '../http/parameters.ts'
import { deviceDonePage } from '../pages/device-done-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'

type FormRequest = FastifyRequest<{ Body: Parameters }>

export function deviceDecision(deps: DevicePagesDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>('/device/decision', async (request, reply) => {
      const step = await readStep(request, reply, deps)
      const verdict = request.body.get('decision')
      if (step === undefined || (verdict !== 'allow' && verdict !== 'deny')) {
        return await reply.redirect(`${deps.issuer}${devicePath()}`, 303)
      }
      const { record, session } = step
      const isAllowed = verdict === 'allow'
      const decision = isAllowed ? await approval(request, step, deps) : DENIED
      const now = nowSeconds(deps.clock)
      const { clientId, userCode } = record
      if (!decision || !(await deps.store.devices.decide(userCode, decision, now))) {
        const error = { kind: 'wrong' } as const
        return await sendCodePage(request, reply, { session, error }, deps)
      }
      request.log.info({ client: clientId, sub: session.sub, isAllowed }, 'device decided')
      return reply
        .headers(pageHeaders())
        .send(deviceDonePage({ locale: deps.locale(request), isAllowed }))
    })
  }
}

interface DeviceStep {
  readonly record: DeviceRecord
  readonly session: SessionRecord
}

const DENIED: DeviceDecision = { kind: 'denied' }

/** Undefined unless the session that typed the code answers the page that it was shown, as it was signed in then. */
async function readStep(
  request: FormRequest,
  reply: FastifyReply,
  deps: DevicePagesDeps,
): Promise<DeviceStep | undefined> {
  const form = await readDeviceForm(request, reply, deps)
  const device = request.body.get('device')
  if (form?.session === undefined || device === undefined) return undefined
  const { csrf, session } = form
  const settled = deps.proofs.read(request.body.get('proof'), {
    csrf,
    query: queryOfDevice(device),
  })
  if (settled?.sid !== session.sid || settled.authTime !== session.authTime) return undefined
  // Our own text: the proof is about it.
  return { record: JSON.parse(device), session }
}

/** Undefined when there is nothing left to allow. What the person allows is remembered first: the device counts on it. */
async function approval(
  request: FormRequest,
  { record, session }: DeviceStep,
  deps: DevicePagesDeps,
): Promise<DeviceDecision | undefined> {
  const now = nowSeconds(deps.clock)
  const client = await deps.clients.find(record.clientId)
  const living = await deps.store.devices.find(record.userCode, now)
  // The code may be another device's by now.
  const isSame = JSON.stringify(living) === JSON.stringify(record)
  if (!client || client.disabled || !isSame) return undefined
  const { sid, sub, absoluteExpiresAt } = session
  const { scope, audience, details } = record
  const granted = optionalScopes(scope).filter((word) => request.body.get(`scope-${word}`))
  if (!client.firstParty) {
    await rememberConsent(client, session, { scope, audience, details, granted }, deps)
  }
  await deps.store.sessions.touch(sid, Math.min(now + deps.idleSeconds, absoluteExpiresAt), now)
  return { kind: 'approved', sid, sub, scope: allowedScope(scope, granted) }
}
