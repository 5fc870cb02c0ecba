/** DELETE /admin/v1/services/:audience: its tokens end with it, and its keys never come back. */
import { type Directory, refuseOwned } from '@latchkey/directory'
import type { OpenerWatch } from '../../feed/opener-watch.ts'
import { adminRoute } from '../framework/admin-route.ts'
import { refuseChanged } from '../framework/preconditions.ts'
import { ADMIN_ONLY } from '../framework/shipped-roles.ts'
import type { RecordedChange } from '../recorded-change.ts'
import { serviceQuarantined } from '../service-state.ts'
import { AUDIENCE, findService, readService, refuseIssuer } from './service-wire.ts'

export interface RemoveServiceDeps {
  readonly issuer: string
  readonly directory: Pick<Directory, 'services' | 'owned'>
  readonly openerWatch: Pick<OpenerWatch, 'look'>
  readonly recorded: RecordedChange
}

export function removeService(deps: RemoveServiceDeps) {
  return adminRoute({
    method: 'DELETE',
    path: '/services/:audience',
    summary: 'Removes a service that nobody has a grant at, and ends its tokens',
    roles: ADMIN_ONLY,
    params: AUDIENCE,
    answers: { 204: null },
    conditional: true,
    async handle(request, reply) {
      const { audience } = request.params
      refuseIssuer(audience, deps.issuer)
      // First the state, then the end, then the rest: whoever hears of a fault in between can ask again.
      await deps.recorded(request, 'service.disable', async (inside) => {
        const { name } = await findService(audience, inside)
        refuseChanged(request, await readService(audience, inside))
        await refuseOwned(inside, 'service', audience)
        await inside.services.refuseUsed(audience)
        await inside.services.setDisabled(audience, true)
        const ends = [serviceQuarantined(audience)]
        return { target: `service ${audience}`, detail: { name }, ends, result: undefined }
      })
      await deps.recorded(request, 'service.delete', async (inside) => {
        const { name } = await findService(audience, inside)
        await inside.services.remove(audience)
        await inside.owned.release('service', audience)
        return { target: `service ${audience}`, detail: { name }, result: undefined }
      })
      await deps.openerWatch.look()
      return await reply.code(204).send()
    },
  })
}
