import { InputError } from '@latchkey/protocol'
import type { RedisOptions } from 'ioredis'

export interface RedisSentinels {
  readonly addresses: readonly { readonly host: string; readonly port: number }[]
  /** Of the sentinels themselves; Redis has its own in the URL. */
  readonly username?: string
  readonly password?: string
}

/** Who watches the master, what they call it, and how they are spoken to. */
export interface SentinelAddress {
  readonly name: string
  readonly addresses: RedisSentinels['addresses']
  readonly login: Pick<RedisOptions, 'username' | 'password' | 'tls'>
}

export interface RedisAddress {
  /** Of Redis. */
  readonly login: Pick<RedisOptions, 'username' | 'password' | 'db' | 'tls'>
  readonly at: Pick<RedisOptions, 'host' | 'port'> | SentinelAddress
}

/**
 * Where to connect to and as whom. `redis://user:password@host:port/database`, `rediss://` for TLS; with sentinels the host is
 * the name under which they know the master, and TLS is for them, too. Throws InputError `redis-url`; its message never shows user or
 * password.
 */
export function redisAddress(text: string, sentinels: RedisSentinels | undefined): RedisAddress {
  const url = readUrl(text, sentinels !== undefined)
  const tls = url.protocol === 'rediss:' ? { tls: {} } : {}
  const login = {
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    db: Number(url.pathname.slice(1)),
    ...tls,
  }
  if (!sentinels) {
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    return { login, at: { host, port: Number(url.port || 6379) } }
  }
  const { addresses, username, password } = sentinels
  const name = decodeURIComponent(url.hostname)
  const own = { ...(username && { username }), ...(password && { password }), ...tls }
  return { login, at: { name, addresses, login: own } }
}

function readUrl(text: string, named: boolean): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const known = url?.protocol === 'redis:' || url?.protocol === 'rediss:'
  // Parameters look as if they would be obeyed.
  const plain = url?.search === '' && url.hash === '' && /^\/?\d*$/.test(url.pathname)
  if (url && known && plain && url.hostname !== '' && !(named && url.port)) return url
  throw new InputError('redis-url', {
    received: url ? `${url.protocol}//${url.host}${url.search}` : 'another text',
    expected: named
      ? 'redis://name or rediss://name, the name being that of the master for the sentinels'
      : 'redis://host:port or rediss://host:port, with database and without parameters',
  })
}
