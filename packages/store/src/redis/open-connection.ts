import { InputError, StoreUnavailable } from '@latchkey/protocol'
import { Redis } from 'ioredis'
import type { StoreLog } from '../store-log.ts'
import type { RedisAddress } from './redis-address.ts'

export interface ConnectionOptions {
  readonly address: RedisAddress
  readonly commandTimeoutMs: number
  readonly connectTimeoutMs: number
  readonly log: StoreLog | undefined
}

/** Longest pause between two attempts to reconnect; with the timeouts below a recovered Redis is in use within 1.5 s. */
const MOST_RETRY_MS = 500

const pause = (attempt: number) => Math.min(25 * 2 ** attempt, MOST_RETRY_MS)

/**
 * One connection that heals by itself. Waits for the first one, at most `connectTimeoutMs`, then throws
 * StoreUnavailable; InputError `redis-login` when Redis refuses the user or password.
 */
export async function openConnection(options: ConnectionOptions): Promise<Redis> {
  const redis = new Redis({
    ...options.address.login,
    ...place(options),
    connectionName: 'latchkey-store',
    commandTimeout: options.commandTimeoutMs,
    connectTimeout: 1000,
    disconnectTimeout: options.commandTimeoutMs,
    // A socket that stays silent while commands wait is dead or its server hangs: throw it away and try a new one.
    socketTimeout: 2 * options.commandTimeoutMs,
    // While there is no connection a command fails at once, and none is sent a second time behind its caller's back.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // watch-log.ts does it, and catches what fails.
    autoResubscribe: false,
    // Pipelines wait for each other without a timer of their own: behind a hung one a call would fail too late.
    enableAutoPipelining: false,
    retryStrategy: pause,
    // After a failover the old primary says that it takes no writes: look again who answers at the address.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
  logChanges(redis, options.log)
  try {
    await firstReady(redis, options.connectTimeoutMs)
  } catch (error) {
    redis.disconnect()
    throw error
  }
  return redis
}

/** With sentinels, whom they name is asked for before each attempt. */
function place({ address: { at }, commandTimeoutMs }: ConnectionOptions) {
  if (!('name' in at)) return at
  const { username, password, tls } = at.login
  return {
    name: at.name,
    sentinels: [...at.addresses],
    role: 'master' as const,
    sentinelCommandTimeout: commandTimeoutMs,
    sentinelRetryStrategy: pause,
    ...(username !== undefined && { sentinelUsername: username }),
    ...(password !== undefined && { sentinelPassword: password }),
    ...(tls !== undefined && { sentinelTLS: tls, enableTLSForSentinelMode: true }),
  }
}

/**
 * Gives up a connection at once, with what was not sent yet; it looks for its server again. One that is looking already goes on: told to
 * disconnect then, ioredis would end for good.
 */
export function reconnect(redis: Redis): void {
  redis.stream?.destroy()
}

/** Lets what was sent be answered; a Redis that does not answer is left without a word. */
export async function closeConnection(redis: Redis): Promise<void> {
  const ended = new Promise((resolve) => redis.once('end', resolve))
  try {
    await redis.quit()
    await ended
  } catch {
    redis.disconnect()
  }
}

/** One line when the connection is lost and one when it is back, not one for each attempt in between. */
function logChanges(redis: Redis, log: StoreLog | undefined): void {
  let lost = false
  let reason = 'the connection was closed'
  redis.on('error', (error: Error) => {
    reason = error.message
  })
  redis.on('reconnecting', () => {
    if (!lost) log?.warn({ reason }, 'Redis is unavailable')
    lost = true
  })
  redis.on('ready', () => {
    if (lost) log?.info({}, 'Redis is available again')
    lost = false
  })
}

function firstReady(redis: Redis, timeoutMs: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let lastError: Error | undefined
  const onError = (error: Error) => {
    lastError = new Error(error.message)
    if (/^(WRONGPASS|NOAUTH|NOPERM)/.test(error.message)) {
      reject(
        new InputError('redis-login', {
          received: error.message,
          expected: 'a Redis user that may log in and run commands',
        }),
      )
    }
  }
  const timer = setTimeout(() => {
    reject(new StoreUnavailable('Redis', { cause: lastError }))
  }, timeoutMs)
  redis.on('error', onError)
  redis.once('ready', resolve)
  return promise.finally(() => {
    clearTimeout(timer)
    redis.off('error', onError)
    redis.off('ready', resolve)
  })
}
