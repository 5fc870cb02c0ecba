import type { Client } from '@latchkey/directory'
import type { DeviceRecord, SessionRecord } from '@latchkey/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { consentAsked } from '../authorization/consent-asked.ts'
import { deviceConfirmPage } from '../pages/device-confirm-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { DevicePagesDeps } from './device-form.ts'
import { deviceStep } from './device-step.ts'
import { shownUserCode } from './user-code.ts'

/**
 * The page on which the person decides. Its proof binds the decision to this browser, to the session that typed the code, and
 * to this very request of the device.
 */
export async function askAboutDevice(
  request: FastifyRequest,
  reply: FastifyReply,
  asked: {
    readonly record: DeviceRecord
    readonly client: Client
    readonly session: SessionRecord
    readonly csrf: string
  },
  deps: DevicePagesDeps,
): Promise<FastifyReply> {
  const { record, client, session, csrf } = asked
  const before = await deps.consents.find(session.sub, client.id)
  const { scope: consentScope, audience, details } = record
  const about = { client, consentScope, audience, ...(details && { details }) }
  const { device, query } = deviceStep(record)
  const { sid, authTime } = session
  return reply.headers(pageHeaders()).send(
    deviceConfirmPage({
      ...(await consentAsked(about, { session, before }, deps)),
      locale: deps.locale(request),
      userCode: shownUserCode(record.userCode),
      action: `${deps.issuer}/device/decision`,
      hidden: {
        csrf,
        account: sid,
        device,
        proof: deps.proofs.write({ sid, authTime, signedIn: false }, { csrf, query }),
      },
    }),
  )
}
