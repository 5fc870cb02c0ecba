/** Pub/sub: hints that there is something to read. They may be lost with the connection that brings them. */
import type { Chance } from '../chance.ts'
import type { World } from '../time/world.ts'
import type { RedisNode } from './redis-node.ts'

/** Of one partition, or of all when the connection was made anew. */
export type Tell = (partition: number | 'all') => void

export interface HintsDeps {
  readonly world: World
  readonly chance: Chance
  nodeOf(client: string): RedisNode | undefined
}

export function hints({ world, chance, nodeOf }: HintsDeps) {
  const subscribers: { readonly client: string; readonly tell: Tell }[] = []
  return {
    subscribe: (client: string, tell: Tell): void => {
      subscribers.push({ client, tell })
    },
    published: (node: RedisNode, partition: number): void => {
      for (const { client, tell } of subscribers) {
        world.after(chance.ms(0.125, 3), () => {
          if (nodeOf(client) === node) tell(partition)
        })
      }
    },
    tellAll: (): void => {
      for (const { tell } of subscribers) world.after(chance.ms(0, 200), () => tell('all'))
    },
  }
}
