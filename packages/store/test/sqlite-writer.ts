/** Program of sqlite.test.ts: writes until it is killed, and prints each write once it was acknowledged. */
import { writeSync } from 'node:fs'
import { openSqliteStore } from '@latchkey/store'
import { FACTS, livingSession } from './contract/samples.ts'

const store = await openSqliteStore({ file: String(process.argv[2]) })
for (;;) {
  const { sid } = await livingSession(store)
  writeSync(1, `created ${sid}\n`)
  const ended = await livingSession(store)
  const { entries } = await store.log.end({ kind: 'session', sid: ended.sid }, FACTS)
  writeSync(1, `ended ${ended.sid} ${entries[0]?.o} ${entries[0]?.d}\n`)
}
