import { Redis } from 'ioredis'
import type { SentinelAddress } from './redis-address.ts'

/** They name the new master as soon as it is promoted; that they have switched comes seconds later, when the replicas follow it. */
const EVENTS = ['+promoted-slave', '+switch-master'] as const

/**
 * Calls back whenever a sentinel says that the master is another one, also when it could not say so at the time. The old one may still
 * answer, after a pause for example, and what it is told is lost. Returns the function that stops it.
 */
export function watchSentinels(
  { name, addresses, login }: SentinelAddress,
  switched: () => void,
): () => void {
  const clients = addresses.map((address) => {
    const sentinel = new Redis({
      ...login,
      ...address,
      connectionName: 'latchkey-store',
      enableReadyCheck: false,
      maxRetriesPerRequest: null,
      retryStrategy: (attempt) => Math.min(25 * 2 ** attempt, 500),
    })
    let known: string | undefined
    const look = async () => {
      const master = String(await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name))
      if (known !== undefined && master !== known) switched()
      known = master
    }
    // A sentinel that is away says nothing; it is asked when it is back, and the others are there meanwhile.
    const lookQuietly = () => void look().catch(() => {})
    sentinel.on('error', () => {})
    sentinel.on('ready', lookQuietly)
    sentinel.on('message', lookQuietly)
    sentinel.subscribe(...EVENTS).catch(() => {})
    return sentinel
  })
  return () => {
    for (const client of clients) client.disconnect()
  }
}
