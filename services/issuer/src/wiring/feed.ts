import type { Directory } from '@latchkey/directory'
import { type Clock, type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { logMending } from '../ending/log-mending.ts'
import { feedDirectory } from '../feed/feed-directory.ts'
import { feedHub } from '../feed/hub.ts'
import { leaseClock } from '../feed/lease-clock.ts'
import { localRevocations } from '../feed/local-revocations.ts'
import { logTail } from '../feed/log-tail.ts'
import { openerWatch } from '../feed/opener-watch.ts'
import { keyDelivery, leaseWithKeys } from '../keys/key-delivery.ts'
import type { Settings } from '../settings/settings.ts'
import type { Keys } from './keys.ts'

export interface FeedDeps extends Pick<Keys, 'services' | 'ring'> {
  readonly settings: Pick<Settings, 'feed'>
  readonly store: Pick<Store, 'log' | 'partitions' | 'oneTime'>
  readonly directory: Pick<Directory, 'clients' | 'clientSecrets' | 'services' | 'audit'>
  readonly clock: Clock
  readonly scheduler?: Scheduler | undefined
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** The log, read once per process, shared by the feed and by this process's own checks. */
export function wireFeed(deps: FeedDeps) {
  const { store, directory, clock, random, log, scheduler = systemScheduler } = deps
  const { partitions } = store
  const { leaseMs } = deps.settings.feed
  const warn = (facts: Record<string, unknown>, message: string) => log.warn(facts, message)
  const tail = logTail({ log: store.log, partitions, warn })
  const mending = logMending({ store, audit: directory.audit, tail, clock, warn })
  const times = { clock, scheduler, leaseMs }
  const lease = leaseClock({ log: store.log, tail, mending, partitions, ...times, warn })
  const delivery = keyDelivery({
    services: directory.services,
    ring: deps.ring,
    feedKeys: deps.services.feedKeys,
    members: () => hub.members(),
    tail,
    clock,
    leaseMs,
    warn,
  })
  const openers = feedDirectory({
    clients: directory.clients,
    services: directory.services,
    members: () => hub.members(),
    tail,
    clock,
    scheduler,
  })
  const hub = feedHub({
    clients: openers.clients,
    services: openers.services,
    audit: directory.audit,
    oneTime: store.oneTime,
    keysFor: deps.services.feedKeys,
    tail,
    lease: leaseWithKeys(lease, delivery),
    partitions,
    leaseMs,
    clock,
    scheduler,
    random,
    log,
  })
  const watch = openerWatch({
    hub,
    clients: openers.clients,
    services: openers.services,
    clientSecrets: directory.clientSecrets,
    scheduler,
    leaseMs,
    warn,
  })
  return {
    tail,
    lease,
    hub,
    openers,
    openerWatch: watch,
    delivery,
    revocations: localRevocations({ tail, lease, clock, leaseMs }),
  }
}

export type Feeding = ReturnType<typeof wireFeed>
