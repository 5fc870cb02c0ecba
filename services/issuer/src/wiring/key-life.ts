import type { Directory } from '@latchkey/directory'
import { type Clock, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { JWKS_CACHE_SECONDS } from '../endpoints/jwks.ts'
import { endKeys } from '../keys/end-keys.ts'
import { keyChanges } from '../keys/key-changes.ts'
import { keyHolders } from '../keys/key-holders.ts'
import { keyKeeper } from '../keys/key-keeper.ts'
import type { Settings } from '../settings/settings.ts'
import type { Ending } from './ending.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

export interface KeyLifeDeps
  extends Pick<Keys, 'services' | 'ring'>,
    Pick<Feeding, 'hub' | 'delivery'>,
    Pick<Ending, 'end' | 'tell'> {
  readonly settings: Pick<Settings, 'feed'>
  readonly store: Pick<Store, 'presence'>
  readonly directory: Directory
  readonly clock: Clock
  readonly scheduler?: Scheduler | undefined
  readonly log: FastifyBaseLogger
}

/** Keys come, sign and go. */
export function wireKeyLife(deps: KeyLifeDeps) {
  const { leaseMs } = deps.settings.feed
  const { store, hub, clock, scheduler = systemScheduler } = deps
  const holders = keyHolders({ presence: store.presence, hub, clock, leaseMs })
  const shared = { ...deps, holders, scheduler, leaseMs }
  const changes = keyChanges(shared)
  return {
    holders,
    changes,
    endAsAdmin: endKeys({ end: deps.end, changes }),
    keeper: keyKeeper({ ...shared, jwksCacheSeconds: JWKS_CACHE_SECONDS }),
  }
}

export type KeyLife = ReturnType<typeof wireKeyLife>
