import {
  type Clock,
  InputError,
  LIMITS,
  nowSeconds,
  partitionOfSubject,
  systemClock,
} from '@latchkey/protocol'
import type { Redis } from 'ioredis'
import { checkPrefix, partitionKeys } from '../keys.ts'
import type { PresenceStore, SignalQueue, Store } from '../store.ts'
import type { StoreLog } from '../store-log.ts'
import { checkPartitions, checkServer, recheckServer } from './check-server.ts'
import { redisCodes } from './codes.ts'
import { confirmedScripts } from './confirmed-script.ts'
import type { RedisContext } from './context.ts'
import { redisDevices } from './devices.ts'
import { redisDocuments } from './documents.ts'
import { examineRedis } from './examine-redis.ts'
import { redisFamilies } from './families.ts'
import { guarded } from './guarded.ts'
import { redisOneTime } from './one-time.ts'
import { closeConnection, openConnection, reconnect } from './open-connection.ts'
import { redisOutbox } from './outbox.ts'
import { redisPresence } from './presence.ts'
import { type RedisSentinels, redisAddress } from './redis-address.ts'
import { type RedisLogDeps, redisLog } from './revocation-log.ts'
import { type RunScript, scriptRunner } from './script.ts'
import { seenHeads } from './seen-heads.ts'
import { type ServerClock, serverClock } from './server-clock.ts'
import { redisSessions } from './sessions.ts'
import { redisSignals } from './signals.ts'
import { redisStatusLists } from './status-lists.ts'
import { redisThrottle } from './throttle.ts'
import { watchKey } from './watch-key.ts'
import { watchLog } from './watch-log.ts'
import { watchSentinels } from './watch-sentinels.ts'

export interface RedisStoreOptions {
  /** `redis://user:password@host:port/database`; `rediss://` for TLS. */
  readonly url: string
  /**
   * With them the host in `url` is the name under which they know the master, without a port. The store then always writes to the one
   * that they name.
   */
  readonly sentinels?: RedisSentinels
  /**
   * How many replicas must have an end, and the write that leases rest on, before it counts. Default 0, with sentinels 1: with fewer a
   * failover may lose an end that has been promised. With more than three servers choose so many that they and the master are
   * more than half of all.
   */
  readonly replicas?: number
  /** Start of every key. Default `lk:`. Stores with different prefixes do not see each other. */
  readonly prefix?: string
  /** How many parts the log and the sessions are kept in. Default 1. Must never change for a prefix in use. */
  readonly partitions?: number
  /** After so many milliseconds a call has failed. Default 400. */
  readonly commandTimeoutMs?: number
  /** How long to wait for the first connection, in milliseconds. Default 5000. */
  readonly connectTimeoutMs?: number
  /** The longest that a session may live, in seconds. Default `LIMITS.sessionAbsoluteSeconds`. */
  readonly sessionAbsoluteSeconds?: number
  /** For the epoch of a new log. Default: the system's clock. */
  readonly clock?: Clock
  /** Default: says nothing. */
  readonly log?: StoreLog
}

/** Ids name their partition in at most four digits; more than hash slots on a few nodes help nobody. */
const MOST_PARTITIONS = 1024

/**
 * The store on Redis 6.2 or newer, for any number of issuer processes. Resolves once Redis has answered.
 * Throws StoreUnavailable when it does not within `connectTimeoutMs`, and InputError (`redis-url`, `redis-prefix`,
 * `redis-login`, `redis-version`, `redis-eviction`, `store-partitions`) when it can never work.
 */
export async function connectRedisStore(options: RedisStoreOptions): Promise<Store> {
  const { commandTimeoutMs = 400, connectTimeoutMs = 5000, partitions = 1, log } = options
  const clock = options.clock ?? systemClock
  const prefix = checkPrefix(options.prefix ?? 'lk:')
  if (!Number.isInteger(partitions) || partitions < 1 || partitions > MOST_PARTITIONS) {
    throw new InputError('store-partitions', {
      received: `${partitions}`,
      expected: `1 to ${MOST_PARTITIONS} partitions`,
    })
  }
  const keys = Array.from({ length: partitions }, (_, number) => partitionKeys(prefix, number))
  const keysOf = (partition: number) => {
    const found = keys[partition]
    if (!found) throw new RangeError(`there is no partition ${partition}`)
    return found
  }
  const { replicas = options.sentinels ? 1 : 0 } = options
  const address = redisAddress(options.url, options.sentinels)
  const way = { address, commandTimeoutMs, connectTimeoutMs }
  const opened: Redis[] = []
  const unwatch =
    'name' in address.at ? watchSentinels(address.at, () => opened.forEach(reconnect)) : () => {}
  try {
    const redis = await openConnection({ ...way, log })
    opened.push(redis)
    await checkServer(redis, log)
    recheckServer(redis, log)
    await checkPartitions(redis, keysOf(0).head, partitions)
    // Deadlines are about real time, also where a test stops the clock that sessions live by.
    const time = serverClock(() => performance.now())
    await learnTime(redis, time)
    const seen = seenHeads()
    const within = scriptRunner(redis, time)
    const run: RunScript = (...script) => within(commandTimeoutMs, ...script)
    let runConfirmed = run
    if (replicas > 0) {
      const own = await openConnection({ ...way, log: undefined })
      opened.push(own)
      const within = scriptRunner(own, time)
      runConfirmed = confirmedScripts({ redis: own, within, replicas, commandTimeoutMs })
    }
    const context: RedisContext = {
      redis,
      run,
      runConfirmed,
      partitions,
      sessionAbsoluteSeconds: options.sessionAbsoluteSeconds ?? LIMITS.sessionAbsoluteSeconds,
      keys: keysOf,
      nextEpoch: (partition) =>
        Math.max(nowSeconds(clock), (seen.get(partition)?.position.epoch ?? 0) + 1),
    }
    const watch = await watchLog(
      redis,
      keys.map((each) => each.log),
    )
    const presence = redisPresence(context, await watchKey(redis, keysOf(0).presence[0]))
    const watches = await Promise.all(keys.map((each) => watchKey(redis, each.signals)))
    const signals = redisSignals(context, watches)
    return storeOn(
      context,
      { presence, signals },
      { seen, serverClock: time, watch, opened, unwatch, replicas },
    )
  } catch (error) {
    unwatch()
    for (const each of opened) each.disconnect()
    throw error
  }
}

function storeOn(
  context: RedisContext,
  watched: { readonly presence: PresenceStore; readonly signals: SignalQueue },
  deps: Pick<RedisLogDeps, 'seen' | 'serverClock' | 'watch'> & {
    readonly opened: readonly Redis[]
    readonly unwatch: () => void
    readonly replicas: number
  },
): Store {
  const { partitions } = context
  /** Tidies the user's list; what stays in it by accident is found dead when listing. */
  const forget = (sub: string, sid: string) => {
    const { user } = context.keys(partitionOfSubject(sub, partitions))
    context.run('forget-session', [user(sub)], sid).catch(() => {})
  }
  const log = redisLog({ ...deps, context, forget })
  let closing: Promise<unknown> | undefined
  return {
    kind: 'redis',
    partitions,
    sessions: redisSessions(context),
    codes: redisCodes(context),
    families: redisFamilies(context, forget),
    oneTime: redisOneTime(context),
    devices: redisDevices(context),
    outbox: redisOutbox(context),
    throttle: redisThrottle(context),
    ...watched,
    documents: redisDocuments(context),
    statusLists: redisStatusLists(context),
    log,
    ping: async () => {
      await log.heartbeat(0)
    },
    examine: () => examineRedis(context.redis, deps.replicas),
    close: async () => {
      deps.unwatch()
      closing ??= Promise.all(deps.opened.map(closeConnection))
      await closing
    },
  }
}

async function learnTime(redis: Redis, clock: ServerClock): Promise<void> {
  const [seconds, microseconds] = await guarded(redis.time())
  clock.learn(Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000))
}
