/** The feed over the network: one WebSocket to the issuer, kept up for as long as the service lives. */
import { type FeedKey, nowSeconds, randomId } from '@latchkey/protocol'
import { backoff } from './backoff.ts'
import { type CatalogueTalk, catalogueTalk } from './catalogue-talk.ts'
import { clockWatch } from './clock-watch.ts'
import { type Connection, openConnection } from './connection.ts'
import type { Ending, News } from './conversation.ts'
import type { Feed, FeedStatus } from './feed.ts'
import { type FeedClientOptions, feedSettings } from './feed-settings.ts'
import { leaseKeeper } from './lease.ts'
import { refusedSource } from './refused-source.ts'
import { revocationReplica } from './replica.ts'
import { socketCount } from './socket-count.ts'
import { subscribers } from './subscribers.ts'

/** Marks looked at in each round of sweeping: well under a millisecond, and a million are forgotten within a minute. */
const SWEEP_STEPS = 20_000

/**
 * Begins to connect, and goes on until `close`. Throws `InputError` for an address that is not https (or http on loopback)
 * and for an empty service or credentials.
 */
export function feedClient(options: FeedClientOptions): Feed {
  const { clock, scheduler, log, ...settings } = feedSettings(options)
  const instance = randomId(settings.random)
  const replica = revocationReplica()
  const lease = leaseKeeper(clock)
  const watch = clockWatch(clock)
  const waiting = backoff(settings.random)
  const listeners = subscribers()
  let keys: readonly FeedKey[] = []
  const catalogue = catalogueTalk()
  const refused = refusedSource()
  let connection: Connection | undefined
  let joins = 0
  let lastFailure: string | undefined
  let cancelRetry = () => {}
  const sockets = socketCount()

  const news: News = {
    ...listeners.news,
    keys: (now) => {
      keys = now
      if (!connection?.joined) joins += 1
      listeners.news.keys(now)
    },
    leased: () => {
      waiting.reset()
      listeners.news.leased()
    },
  }

  /** What was swept while the clock was wrong may live again, and what was promised may be over: all is fetched anew. */
  function round(): string | undefined {
    if (watch.jumped()) {
      lease.drop()
      replica.clear()
      return 'the clock jumped, or this host slept'
    }
    replica.sweep(nowSeconds(clock) - settings.clockSkewSeconds, SWEEP_STEPS)
    return undefined
  }

  function attempt(): void {
    round()
    sockets.opened()
    connection = openConnection({
      ...settings,
      ...{ clock, scheduler, log, instance, replica, lease, news, round, ended },
      ...{ catalogue, findRefused: refused.find },
      released: sockets.closed,
    })
  }

  function ended({ kind, reason }: Ending): void {
    connection = undefined
    lastFailure = reason
    const waitMs = Math.round(kind === 'refused' ? waiting.refusedMs() : waiting.nextMs())
    log.warn({ url: settings.url, reason, waitMs }, 'feed lost')
    cancelRetry = scheduler.after(waitMs, attempt)
  }

  attempt()
  return {
    replica,
    lease,
    keys: () => keys,
    subscribe: listeners.add,
    publishRoutes: (routes) => {
      catalogue.publish(routes)
      return ask(catalogue, connection, false)
    },
    askCatalogue: () => ask(catalogue, connection, true),
    answerRefused: refused.from,
    status: () => ({ ...statusOf(replica, connection, joins), lastFailure }),
    close: () => {
      cancelRetry()
      connection?.close()
      connection = undefined
      return sockets.allClosed()
    },
  }
}

function statusOf(
  replica: Feed['replica'],
  connection: Connection | undefined,
  joins: number,
): Omit<FeedStatus, 'lastFailure'> {
  const connected = connection?.joined ?? false
  return { connected, positions: replica.positions(), reconnects: Math.max(0, joins - 1) }
}

/** Without a connection the next one asks by itself. Returns the number of the question. */
function ask(catalogue: CatalogueTalk, connection: Connection | undefined, again: boolean): number {
  const { next } = catalogue
  connection?.askCatalogue(again)
  return next
}
