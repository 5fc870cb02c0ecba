/** One life of an issuer process: the real feed and the real way of ending, on a store and a network of the simulation. */
import { FEED_CODECS } from '@latchkey/feed'
import {
  type Ender,
  ender,
  type FeedDeps,
  type Feeding,
  openFeed,
  wireFeed,
} from '@latchkey/issuer/feed-parts'
import { nowSeconds } from '@latchkey/protocol'
import type { Chance } from '../chance.ts'
import { clientOf, type Deployment, SECRET } from '../cluster/deployment.ts'
import type { ServerSide } from '../network/server-end.ts'
import { oneTimeStore } from '../store/one-time-store.ts'
import type { RedisClient } from '../store/redis-client.ts'
import type { Host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import type { AuditTrail } from './audit-trail.ts'
import type { ServiceKeys } from './keys.ts'

export interface IssuerProcess {
  readonly host: Host
  readonly store: RedisClient
  readonly feeding: Feeding
  readonly end: Ender['end']
  /** As the network sees it; undefined until the log has been read. */
  readonly side: ServerSide | undefined
}

export interface IssuerProcessDeps {
  readonly plan: Deployment
  readonly world: World
  readonly chance: Chance
  readonly host: Host
  readonly store: RedisClient
  readonly keys: ServiceKeys
  readonly audit: AuditTrail
  note(what: string): void
}

const START_AGAIN_MS = 250
/** In reality once a minute. */
const HOUSEKEEPING_MS = 2000

export function issuerProcess(deps: IssuerProcessDeps): IssuerProcess {
  const { plan, host, store } = deps
  const { clock } = host
  const feeding = wireFeed(feedDeps(deps))
  const { end } = ender({
    store: {
      log: store.log,
      sessions: { listByUser: async () => [] },
      outbox: { add: async () => {} },
    },
    audit: deps.audit.through(host),
    clock,
    log: { error: (_, message) => deps.note(message) },
    published: feeding.tail.appended,
    epochNow: (partition) => feeding.tail.position(partition).epoch,
    tell: () => {},
  })
  let listens = false
  let unfollow = () => {}

  async function start(): Promise<void> {
    unfollow()
    unfollow = feeding.delivery.follow()
    feeding.openers.stop()
    feeding.openers.start()
    await feeding.tail.start()
    await feeding.lease.beat()
    feeding.lease.start()
    feeding.hub.start()
    keepHouse()
    listens = true
    deps.note('listens')
  }

  function startUntilItWorks(): void {
    start().catch(() => host.scheduler.after(START_AGAIN_MS, startUntilItWorks))
  }

  function keepHouse(): void {
    host.scheduler.after(HOUSEKEEPING_MS, () => {
      keepHouse()
      const now = nowSeconds(clock)
      feeding.tail.drop(now)
      feeding.revocations.sweep(now)
      for (let partition = 0; partition < plan.partitions; partition++) {
        store.log.trim(partition, now).catch(() => {})
      }
    })
  }

  const side: ServerSide = { host, open: opening(deps, feeding), accept: feeding.hub.accept }
  startUntilItWorks()
  return {
    ...{ host, store, feeding, end },
    get side() {
      return listens ? side : undefined
    },
  }
}

/** The endpoint's look at the credentials, in front of the hub. */
function opening({ host, store, chance }: IssuerProcessDeps, feeding: Feeding): ServerSide['open'] {
  const { clients } = feeding.openers
  const clientSecrets = secretsOf(SECRET)
  const deps = {
    clients,
    clientSecrets,
    oneTime: oneTimeStore(store),
    clock: host.clock,
    random: chance,
  }
  const { subprotocol: channel } = FEED_CODECS.text
  return (authorization) => openFeed(authorization, { channel }, deps)
}

const ITS_SECRET = { id: 1, hash: '', createdAt: 0 }

/** Every client has the same one. */
function secretsOf(secret: string): FeedDeps['directory']['clientSecrets'] {
  const never = () => Promise.reject(new Error('no secret changes here'))
  return {
    live: () => [ITS_SECRET],
    open: () => secret,
    noteUse: async () => {},
    match: () => undefined,
    add: never,
    end: never,
  }
}

/** What the feed asks of store and directory. Of their other methods it calls none. */
function feedDeps(deps: IssuerProcessDeps): FeedDeps {
  const { plan, host, store, keys, audit, chance, world, note } = deps
  const log = {
    info: (_: unknown, message: string) => note(message),
    warn: (_: unknown, message: string) => note(message),
  }
  const serviceOf = (audience: string) => ({
    ...{ audience, clients: [clientOf(audience)], disabled: false },
    keys: keys.feedKeys(audience),
  })
  /** SQL: what is there when the question arrives. */
  const read = <T>(look: () => T) =>
    new Promise<T>((resolve) => {
      world.after(chance.ms(0.25, 2), () => {
        const found = look()
        world.after(chance.ms(0.25, 2), () => host.deliver(() => resolve(found)))
      })
    })
  const clients = {
    find: (id: string) => read(() => ({ id, disabled: false, secrets: [ITS_SECRET] })),
  }
  const clientSecrets = secretsOf(SECRET)
  const services = {
    find: (audience: string) => read(() => serviceOf(audience)),
    list: () => read(() => plan.services.map(serviceOf)),
  }
  const parts = {
    settings: { feed: { leaseMs: plan.leaseMs } },
    store: { log: store.log, partitions: plan.partitions, oneTime: oneTimeStore(store) },
    directory: { clients, clientSecrets, services, audit: audit.through(host) },
    services: { feedKeys: (service: ReturnType<typeof serviceOf>) => service.keys },
    ring: { reload: async () => {} },
    ...{ clock: host.clock, scheduler: host.scheduler, random: chance, log },
  }
  return parts as unknown as FeedDeps
}
