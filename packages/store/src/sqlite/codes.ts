import { InputError, partitionOfCode } from '@latchkey/protocol'
import type { CodeOutcome, CodeRecord, CodeStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import { textDigest } from '../text-digest.ts'
import type { SqliteContext } from './context.ts'

export function sqliteCodes({ database, write, logTable }: SqliteContext): CodeStore {
  const insert = database.prepare(
    'INSERT OR REPLACE INTO codes (digest, client_id, record, expires_at) VALUES (?, ?, ?, ?)',
  )
  const select = database.prepare(
    'SELECT record, spent FROM codes WHERE digest = ? AND client_id = ?',
  )
  const spend = database.prepare('UPDATE codes SET spent = 1 WHERE digest = ?')

  return {
    async save(code, record) {
      if (partitionOfCode(code) !== 0) {
        throw new InputError('code-text', { received: 'another text', expected: 'a code' })
      }
      const json = JSON.stringify(record)
      write(() => insert.run(textDigest(code), record.clientId, json, record.expiresAt))
    },

    async redeem(code, clientId, now): Promise<CodeOutcome> {
      const digest = textDigest(code)
      return write((): CodeOutcome => {
        const rev = logTable.position()
        const row = select.get(digest, clientId) as { record: string; spent: number } | undefined
        if (!row) return { kind: 'unknown' }
        const record: CodeRecord = JSON.parse(row.record)
        const known = now < record.expiresAt + (row.spent ? STORE_LIMITS.spentCodeSeconds : 0)
        if (!known) return { kind: 'unknown' }
        if (row.spent) return { kind: 'replayed', record: { clientId, sid: record.sid } }
        spend.run(digest)
        return { kind: 'redeemed', record, rev }
      })
    },
  }
}
