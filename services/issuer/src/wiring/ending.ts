import type { Directory } from '@latchkey/directory'
import { type Clock, type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { logoutDeliveries } from '../backchannel/logout-deliveries.ts'
import { logoutTokens } from '../backchannel/logout-token.ts'
import { ender } from '../ending/end.ts'
import { toldLater } from '../ending/told-later.ts'
import { endCounter } from '../metrics/end-counter.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import type { Settings } from '../settings/settings.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

export interface EndingDeps extends Pick<Keys, 'signing' | 'subjectFor'>, Pick<Feeding, 'tail'> {
  readonly settings: Pick<Settings, 'issuer'>
  readonly store: Store
  readonly directory: Directory
  readonly request: GuardedRequest
  readonly clock: Clock
  readonly random: Random
  readonly scheduler?: Scheduler | undefined
  readonly log: FastifyBaseLogger
}

/** Ending things, and telling the apps of it. */
export function wireEnding(deps: EndingDeps) {
  const { settings, store, directory, tail, scheduler = systemScheduler } = deps
  const deliveries = logoutDeliveries({
    ...deps,
    outbox: store.outbox,
    clients: directory.clients,
    logoutTokenFor: logoutTokens({ ...deps, issuer: settings.issuer }),
  })
  const ends = endCounter()
  const written = ender({
    ...deps,
    audit: directory.audit,
    published: tail.poke,
    epochNow: (partition) => tail.position(partition).epoch,
    tell: deliveries.poke,
    concluded: ends.count,
  })
  const later = toldLater(written.end, { store, scheduler })
  const stop = async () => {
    later.stop()
    await deliveries.stop()
  }
  return {
    end: later.end,
    /** For ends that nobody has changed anything for: who is told that one failed asks again, and nothing comes behind. */
    endAsked: written.end,
    concludeEnd: written.concludeEnd,
    deliveries,
    ends,
    stop,
  }
}

export type Ending = ReturnType<typeof wireEnding>
