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
      const key = keys(partition).code(codeDigest(code, record.clientId))
      // The script reads the first line only: what was asked for may be JSON that Lua's parser refuses.
      const text = `${record.expiresAt} ${record.sid}\n${JSON.stringify(record)}`
      await run('keep-value', [key], text, record.expiresAt - now)
    },

    async redeem(code, clientId, now) {
      const partition = partitionOfCode(code)
      if (partition === undefined || partition >= partitions) return { kind: 'unknown' }
      const { code: codeKey, head, log } = keys(partition)
      const [word, text, epoch, offset] = await run(
        'redeem-code',
        [codeKey(codeDigest(code, clientId)), head, log],
        nextEpoch(partition),
        now,
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

/** Half of a digest: 132 bits are enough to find by, and each spent code is remembered for an hour. */
function codeDigest(code: string, clientId: string): string {
  return textDigest(`${code} ${clientId}`).slice(0, 22)
}
