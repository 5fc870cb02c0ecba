import type { OneTimeStore } from '@latchkey/store'
import type { RedisClient } from './redis-client.ts'
import type { RedisNode } from './redis-node.ts'

/** What is good once, and small values, until they expire by the clock of whoever asks. */
export function oneTimeStore(store: RedisClient): Pick<OneTimeStore, 'claim' | 'put' | 'peek'> {
  const nameOf = (purpose: string, key: string) => `${purpose} ${key}`

  function living(node: RedisNode, name: string, now: number): string | undefined {
    const text = node.data.value(name)
    if (text === undefined) return undefined
    const space = text.indexOf(' ')
    return now < Number(text.slice(0, space)) ? text.slice(space + 1) : undefined
  }

  function keep(node: RedisNode, name: string, value: string, expiresAt: number): void {
    node.write({ kind: 'keep', key: name, value: `${expiresAt} ${value}` })
  }

  return {
    claim: (purpose, key, ttlSeconds, now) =>
      store.run((node) => {
        const name = nameOf(purpose, key)
        if (living(node, name, now) !== undefined) return false
        keep(node, name, '', now + ttlSeconds)
        return true
      }),
    put: (purpose, key, value, ttlSeconds, now) =>
      store.run((node) => keep(node, nameOf(purpose, key), value, now + ttlSeconds)),
    peek: (purpose, key, now) => store.run((node) => living(node, nameOf(purpose, key), now)),
  }
}
