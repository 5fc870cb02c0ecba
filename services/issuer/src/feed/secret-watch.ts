/** A feed is open for as long as the secret that opened it is good: docs/threat-model.md. */
import type { ClientSecrets, Clients } from '@latchkey/directory'
import { type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import type { FeedHub } from './hub.ts'

export interface SecretWatch {
  /** Looks now: whoever opened a feed of this process with a secret that is no more has to show another one. */
  look(): Promise<void>
  /** Looks once in each T from now on, because another process may have ended a secret, and its last second may have come. */
  start(): void
  stop(): void
}

export interface SecretWatchDeps {
  readonly hub: Pick<FeedHub, 'identities' | 'askAgain'>
  readonly clients: Pick<Clients, 'find'>
  readonly clientSecrets: Pick<ClientSecrets, 'live'>
  readonly scheduler: Scheduler
  /** T. */
  readonly leaseMs: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function secretWatch(deps: SecretWatchDeps): SecretWatch {
  const { hub, clients, clientSecrets, scheduler } = deps
  let cancel = () => {}

  async function look(): Promise<void> {
    for (const id of new Set(hub.identities().map(({ clientId }) => clientId))) {
      const client = await clients.find(id)
      const live = new Set(client ? clientSecrets.live(client).map((secret) => secret.id) : [])
      hub.askAgain(({ clientId, secretId }) => clientId === id && !live.has(secretId))
    }
  }

  function arm(): void {
    cancel = scheduler.after(deps.leaseMs, () => {
      arm()
      look().catch((error: unknown) => {
        // While SQL is away nobody can end a secret either; what is known serves for as long as it may (last-answers.ts).
        if (!(error instanceof StoreUnavailable)) deps.warn({ err: error }, 'secrets not looked at')
      })
    })
  }

  return { look, start: arm, stop: () => cancel() }
}
