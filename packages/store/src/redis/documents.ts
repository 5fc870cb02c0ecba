import { partitionOfSubject } from '@latchkey/protocol'
import { checkDocument } from '../document-size.ts'
import type { DocumentStore } from '../store.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import { livingValue } from './one-time.ts'

export function redisDocuments({ redis, run, keys, partitions }: RedisContext): DocumentStore {
  function keyOf(kind: string, id: string): string {
    return keys(partitionOfSubject(id, partitions)).document(kind, textDigest(id))
  }

  return {
    async put(kind, id, text, expiresAt, now) {
      checkDocument(text)
      await run('keep-value', [keyOf(kind, id)], `${expiresAt} ${text}`, expiresAt - now)
    },

    async get(kind, id, now) {
      const text = await guarded(redis.get(keyOf(kind, id)))
      return text === null ? undefined : livingValue(text, now)
    },
  }
}
