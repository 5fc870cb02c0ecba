/** /admin/v1/services/:audience/…: quarantine. No token is made for the service, and none is accepted there any more. */
import { InputError } from '@latchkey/protocol'
import { Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import type { RecordedChange } from './recorded-change.ts'

export interface AdminServiceStateDeps {
  readonly issuer: string
  readonly recorded: RecordedChange
}

/** As one part of the path, percent-encoded: `https%3A%2F%2Forders.example`. */
const AUDIENCE = { audience: Type.String({ minLength: 1, maxLength: 256 }) }

export function adminServiceState(deps: AdminServiceStateDeps) {
  return adminRoutes(setDisabled('disable', deps), setDisabled('enable', deps))
}

function setDisabled(action: 'disable' | 'enable', deps: AdminServiceStateDeps) {
  const disabled = action === 'disable'
  return adminRoute({
    method: 'POST',
    path: `/services/:audience/${action}`,
    summary: disabled
      ? 'Puts a service in quarantine and ends its tokens'
      : 'Ends the quarantine of a service',
    roles: ADMIN_ONLY,
    params: AUDIENCE,
    answers: { 204: null },
    async handle(request, reply) {
      const { audience } = request.params
      if (disabled && audience === deps.issuer) throw theIssuer(audience)
      const ends = disabled ? [serviceQuarantined(audience)] : []
      await deps.recorded(request, `service.${action}`, async (inside) => {
        const service = await inside.services.find(audience)
        if (!service) throw unknownService(audience)
        await inside.services.setDisabled(audience, disabled)
        const detail = { before: { disabled: service.disabled }, after: { disabled } }
        return { target: `service ${audience}`, detail, ends, result: undefined }
      })
      return await reply.code(204).send()
    },
  })
}

/** What ends with a service that is closed. */
export function serviceQuarantined(audience: string) {
  return {
    target: { kind: 'service', audience } as const,
    reason: 'service_quarantined' as const,
  }
}

/** Tokens for this API are for that service: nobody could undo it. */
function theIssuer(audience: string): InputError {
  return new InputError('service-own', {
    received: `${audience}, which is this issuer`,
    expected: 'a service besides the issuer',
  })
}

function unknownService(audience: string): InputError {
  return new InputError('unknown-service', {
    received: audience,
    expected: 'the audience of a service',
  })
}
