/** A feed is open for as long as what opened it is good: docs/threat-model.md. */
import type { ClientSecrets, Clients, Services } from '@latchkey/directory'
import { type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import type { FeedHub } from './hub.ts'
import type { PeerIdentity } from './peer.ts'

export interface OpenerWatch {
  /**
   * Looks now: whoever opened a feed of this process with a secret that is no more, or for a service that takes this client no
   * more, has to show its credentials again.
   */
  look(): Promise<void>
  /** Looks once in each T from now on: another process may have changed something, and the last second of a secret may have come. */
  start(): void
  stop(): void
}

export interface OpenerWatchDeps {
  readonly hub: Pick<FeedHub, 'identities' | 'askAgain'>
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'>
  readonly clientSecrets: Pick<ClientSecrets, 'live'>
  readonly scheduler: Scheduler
  /** T. */
  readonly leaseMs: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function openerWatch(deps: OpenerWatchDeps): OpenerWatch {
  const { hub, clients, services, clientSecrets, scheduler } = deps
  let cancel = () => {}

  async function isWelcome({ clientId, secretId, audience }: PeerIdentity): Promise<boolean> {
    const client = await clients.find(clientId)
    if (!client || client.disabled) return false
    if (!clientSecrets.live(client).some(({ id }) => id === secretId)) return false
    if (audience === undefined) return true
    const service = await services.find(audience)
    return service?.disabled === false && service.clients.includes(clientId)
  }

  async function look(): Promise<void> {
    const answers = new Map<string, boolean>()
    for (const who of hub.identities()) {
      const key = keyOf(who)
      if (!answers.has(key)) answers.set(key, await isWelcome(who))
    }
    hub.askAgain((who) => answers.get(keyOf(who)) === false)
  }

  function arm(): void {
    cancel = scheduler.after(deps.leaseMs, () => {
      arm()
      look().catch((error: unknown) => {
        // While SQL is away nobody can end a secret either; what is known serves for as long as it may (last-answers.ts).
        if (!(error instanceof StoreUnavailable)) deps.warn({ err: error }, 'feeds not looked at')
      })
    })
  }

  return { look, start: arm, stop: () => cancel() }
}

/** Thousands of verifiers are of a few clients. */
function keyOf({ clientId, secretId, audience }: PeerIdentity): string {
  return JSON.stringify([clientId, secretId, audience])
}
