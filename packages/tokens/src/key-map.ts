import { InputError } from '@latchkey/protocol'
import { checkKeyRecord } from './check-key-record.ts'
import type { KeyRecord } from './key-record.ts'

/**
 * Keys by `kid`, checked: the only way a token can name a key.
 * @throws InputError `key-kid-twice`, and what `checkKeyRecord` throws
 */
export function keyMap<Key extends KeyRecord>(records: Iterable<Key>): ReadonlyMap<string, Key> {
  const byKid = new Map<string, Key>()
  for (const record of records) {
    checkKeyRecord(record)
    if (byKid.has(record.kid)) {
      throw new InputError('key-kid-twice', {
        received: `two keys with the kid ${record.kid}`,
        expected: 'a kid of its own for each key',
      })
    }
    byKid.set(record.kid, record)
  }
  return byKid
}
