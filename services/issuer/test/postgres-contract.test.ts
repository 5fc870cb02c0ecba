/** What imports, cluster files and SCIM do over HTTP, on PostgreSQL: the same tests as on SQLite, in one process. */
import process from 'node:process'
import { SHARED_SERVER, testDatabases } from '@latchkey/directory/postgres-server'
import t from 'tap'
import { useDatabases } from './fixtures/test-directory.ts'

useDatabases(testDatabases(process.env[SHARED_SERVER]))
const loaded = Promise.withResolvers<void>()
// It stands first in the queue. Otherwise the tests of one file could be over, and all of them, before the next has begun.
t.test('every file has said what it tries', () => loaded.promise)
// Those whose transactions have the most parts. What a single change does, the tests of the directory try on both engines.
await import('./import-users.test.ts')
await import('./cluster/cluster-api.test.ts')
await import('./scim/users.test.ts')
loaded.resolve()
