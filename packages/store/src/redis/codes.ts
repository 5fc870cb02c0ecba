import { InputError, partitionOfCode } from '@latchkey/protocol'
import type { CodeRecord, CodeStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'
import type { RedisContext } from './context.ts'

export function redisCodes({ run, keys, nextEpoch, partitions }: RedisContext): CodeStore {
  return {
    async save(code, record, now) {
      const partition = partitionOfCode(code)
      if (partition === undefined || partition >= partitions) {
        throw new InputError('code-text', { received: 'another text', expected: 'a code' })
      }
      const key = keys(partition).code(textDigest(code))
      // The script reads the first line only: what was asked for may be JSON that Lua's parser refuses.
      const head = `fresh ${record.expiresAt} ${record.sid} ${JSON.stringify(record.clientId)}`
      await run('keep-value', [key], `${head}\n${JSON.stringify(record)}`, record.expiresAt - now)
    },

    async redeem(code, clientId, now) {
      const partition = partitionOfCode(code)
      if (partition === undefined || partition >= partitions) return { kind: 'unknown' }
      const { code: codeKey, head, log } = keys(partition)
      const [word, text, epoch, offset] = await run(
        'redeem-code',
        [codeKey(textDigest(code)), head, log],
        nextEpoch(partition),
        now,
        JSON.stringify(clientId),
        STORE_LIMITS.spentCodeSeconds,
      )
      if (word === 'unknown') return { kind: 'unknown' }
      if (word === 'replayed') {
        return { kind: 'replayed', record: { clientId, sid: String(text) } }
      }
      const record: CodeRecord = JSON.parse(String(text))
      const rev = { partition, epoch: Number(epoch), offset: Number(offset) }
      return { kind: 'redeemed', record, rev }
    },
  }
}
