import type { RedisStoreOptions } from '@latchkey/store'
import type { Settings } from './settings/settings.ts'

/** Where these settings keep sessions and the log; undefined: embedded, in the data folder. */
export function redisPlace(
  settings: Pick<Settings, 'redisUrl' | 'redis'>,
): Pick<RedisStoreOptions, 'url' | 'replicas' | 'sentinels'> | undefined {
  const { redisUrl: url, redis } = settings
  if (url === undefined) return undefined
  const { replicas, sentinels: addresses } = redis
  const { sentinelUsername: username, sentinelPassword: password } = redis
  return {
    url,
    ...(replicas !== undefined && { replicas }),
    ...(addresses.length > 0 && {
      sentinels: { addresses, ...(username && { username }), ...(password && { password }) },
    }),
  }
}
