/** What a directory says of its database: each thing that an operator can set wrong is set wrong once. */
import { join } from 'node:path'
import process from 'node:process'
import { DatabaseSync } from 'node:sqlite'
import { systemClock } from '@latchkey/protocol'
import t from 'tap'
import { openMigrations, openPostgresDirectory, openSqliteDirectory } from '../src/index.ts'
import { openPostgres } from '../src/postgres/open-postgres-directory.ts'
import { MIGRATIONS, migrate } from '../src/sql/migrate.ts'
import { runSql, SHARED_SERVER, testDatabases } from '../src/testing/index.ts'
import { CHEAP, seededRandom, testClock } from './fixtures/open-directory.ts'

const databases = testDatabases(process.env[SHARED_SERVER])
const options = { clock: testClock(), random: seededRandom('examined'), hashing: CHEAP }
const NEWEST = MIGRATIONS.at(-1)

t.test('PostgreSQL tells its version, clock, connections and how safely it writes', async (t) => {
  const { url } = await databases.empty()
  const directory = await openPostgresDirectory({ ...options, url })
  t.teardown(() => directory.close())
  const found = await directory.examine()
  t.match(found, {
    kind: 'postgres',
    version: /^\d+\.\d+/,
    // The servers of tests write without syncs.
    fsync: 'off',
    fullPageWrites: 'off',
    synchronousCommit: 'on',
    isStandby: false,
    isPrivate: true,
    pending: [],
    tooNew: false,
  })
  if (found.kind !== 'postgres') throw new Error('another engine')
  t.ok(Math.abs(found.time.serverMs - Date.now()) < 5000)
  t.ok(found.time.askedAt < found.time.answeredAt)
  t.ok(found.connections >= 1 && found.connections < found.maxConnections)
  t.match(await directory.transaction((inside) => inside.examine()), { kind: 'postgres' })
})

t.test('PostgreSQL tells that commits may be lost', async (t) => {
  const { url } = await databases.empty()
  const name = new URL(url).pathname.slice(1)
  await runSql(url, `alter database ${name} set synchronous_commit = off`)
  const opened = await openMigrations({ url }, systemClock)
  t.teardown(() => opened.close())
  t.match(await opened.examine(), { synchronousCommit: 'off' })
})

t.test('on both engines, migrations that are missing or too many are told', async (t) => {
  const { url } = await databases.blank()
  const old = openPostgres(url)
  await migrate(old, 1, MIGRATIONS.slice(0, -1))
  await old.close()
  const opened = await openMigrations({ url }, systemClock)
  t.teardown(() => opened.close())
  t.match(await opened.examine(), { pending: [{ number: NEWEST?.number, name: NEWEST?.name }] })

  const file = join(t.testdir(), 'directory.db')
  const empty = await openMigrations({ file }, systemClock)
  t.teardown(() => empty.close())
  const blank = await empty.examine()
  t.match(blank, { kind: 'sqlite', version: /^3\./, journalMode: 'wal', tooNew: false })
  t.equal(blank.pending.length, MIGRATIONS.length)

  const directory = await openSqliteDirectory({ ...options, file })
  await directory.close()
  const database = new DatabaseSync(file)
  database.exec("insert into migrations values (1000, 'of-tomorrow', 1)")
  database.close()
  t.match(await empty.examine(), { tooNew: true, pending: [] })
})
