/** How far the apps of an ended session are: the truth that the page after signing out tells. */
import type { Client, Clients, Services } from '@latchkey/directory'
import type { Delivery } from '@latchkey/store'
import { NO_ADDRESS } from '../backchannel/tell-app.ts'

export interface EndedApp {
  readonly name: string
  /**
   * `signed_out`: it took its logout token. `pending`: it was not asked yet. `none`: it has no address to tell.
   * `unreached`: no attempt reached it. `unconfirmed`: it answered, but not that it did it.
   */
  readonly told: 'signed_out' | 'pending' | 'none' | 'unreached' | 'unconfirmed'
  /** Second from which on nothing accepts a token that it got with the session, whether it was told or not. */
  readonly endsAt: number
}

export interface EndedAppsDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly leaseMs: number
}

/** Sorted by name. A client that is gone has no name to show, and no services either. */
export async function endedApps(
  deliveries: readonly Delivery[],
  deps: EndedAppsDeps,
): Promise<readonly EndedApp[]> {
  const apps = await Promise.all(
    deliveries.map(async (delivery) => {
      const client = await deps.clients.find(delivery.clientId)
      if (!client) return []
      const endsAt = await accessEndsAt(client, delivery.createdAt, deps)
      return [{ name: client.name, told: toldOf(delivery), endsAt }]
    }),
  )
  return apps.flat().sort((one, other) => (one.name < other.name ? -1 : 1))
}

function toldOf({ state, attempts, lastOutcome }: Delivery): EndedApp['told'] {
  if (state === 'delivered') return 'signed_out'
  if (lastOutcome === NO_ADDRESS) return 'none'
  if (attempts === 0) return 'pending'
  return /^\d{3}$/.test(lastOutcome) ? 'unconfirmed' : 'unreached'
}

/**
 * A service that follows the feed refuses the session's tokens at the latest when the lease ends that it held at the end
 * (docs/architecture.md): only services with clients of their own can follow it. One that does not goes by the lifetime of its
 * tokens. The issuer itself knows at once. `endedAt` was rounded down.
 */
async function accessEndsAt(client: Client, endedAt: number, deps: EndedAppsDeps): Promise<number> {
  const leaseEndsAt = endedAt + 1 + Math.ceil(deps.leaseMs / 1000)
  const ends = await Promise.all(
    client.services.map(async (audience) => {
      const service = await deps.services.find(audience)
      if (!service || audience === deps.issuer) return endedAt
      return service.clients.length > 0 ? leaseEndsAt : endedAt + service.accessTokenSeconds
    }),
  )
  return Math.max(endedAt, ...ends)
}
