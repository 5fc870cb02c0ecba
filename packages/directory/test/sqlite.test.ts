import { spawn } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { StoreUnavailable } from '@latchkey/protocol'
import { Kysely } from 'kysely'
import t from 'tap'
import { openSqliteDirectory } from '../src/index.ts'
import { MIGRATIONS, migrate } from '../src/sql/migrate.ts'
import { BUSY_PAUSES_MS, openSql, untilFree } from '../src/sql/sql.ts'
import type { Tables } from '../src/sql/tables.ts'
import { sqliteDialect } from '../src/sqlite/dialect.ts'
import { sqliteEngine } from '../src/sqlite/engine.ts'
import { sqliteFault } from '../src/sqlite/fault.ts'
import {
  CHEAP,
  memoryDirectory,
  oneOf,
  seededRandom,
  service,
  sharedDirectories,
  testClock,
} from './fixtures/open-directory.ts'

const AUDIENCE = 'https://reports.example'

function open(file: string) {
  return openSqliteDirectory({
    file,
    clock: testClock(),
    random: seededRandom(file),
    hashing: CHEAP,
  })
}

t.test('what was written is there after the file was closed and opened again', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  const first = await open(file)
  const { sub } = await first.users.create({ username: 'ada' })
  await first.close()
  const second = await open(file)
  t.equal((await second.users.find(sub))?.username, 'ada')
  await second.close()
})

t.test('ten that open a new file at once all find it ready', async (t) => {
  const directories = await sharedDirectories(t, 10)
  await oneOf(directories, 3).users.create({ username: 'ada' })
  for (const directory of directories) {
    t.equal((await directory.users.list({ limit: 5 })).length, 1)
  }
})

t.test('the file is for its owner only, with what SQLite puts beside it', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  const directory = await open(file)
  await directory.users.create({ username: 'ada' })
  for (const name of [file, `${file}-wal`, `${file}-shm`]) {
    t.equal(statSync(name).mode & 0o777, 0o600, name)
  }
  await directory.close()
})

t.test('a process killed in the middle loses nothing that it acknowledged', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  const program = fileURLToPath(new URL('./fixtures/write-users.ts', import.meta.url))
  const writer = spawn(process.execPath, ['-C', '@latchkey/source', program, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const acknowledged: string[] = []
  for await (const sub of createInterface(writer.stdout)) {
    if (acknowledged.push(sub) === 50) writer.kill('SIGKILL')
  }
  const directory = await open(file)
  t.teardown(() => directory.close())
  const users = await directory.users.list({ limit: 500 })
  t.ok(acknowledged.length >= 50)
  t.strictSame(
    acknowledged.filter((sub) => !users.some((user) => user.sub === sub)),
    [],
  )
})

t.test('a file from a later version is refused with one clear line', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  await (await open(file)).close()
  const database = new DatabaseSync(file)
  database.exec("insert into migrations values (99, 'from tomorrow', 0)")
  database.close()
  await t.rejects(open(file), {
    name: 'InputError',
    code: 'directory-too-new',
    message: `expected version ${MIGRATIONS.length} or older: it was used by a newer Latchkey, use that one, received a database of version 99 [directory-too-new]`,
  })
})

t.test('a file that is none of ours is refused and left as it is', async (t) => {
  const folder = t.testdir({})
  const file = join(folder, 'notes.txt')
  writeFileSync(file, 'these are notes and not a database, at some length'.repeat(50))
  await t.rejects(open(file), { name: 'InputError', code: 'directory-file', where: file })
  t.equal(statSync(file).size, 2500)
  await t.rejects(open(join(folder, 'missing', 'directory.sqlite')), {
    code: 'directory-file',
    received: 'ENOENT',
  })
})

t.test('migrations run once, in order, and all or nothing', async (t) => {
  const database = new DatabaseSync(':memory:')
  const sql = openSql(new Kysely<Tables>({ dialect: sqliteDialect(database) }), sqliteEngine)
  t.teardown(() => sql.close())
  const ran: number[] = []
  const step = (number: number, fails = false) => ({
    number,
    name: `step ${number}`,
    up: async (db: Kysely<never>) => {
      await db.schema.createTable(`t${number}`).addColumn('a', 'text').execute()
      ran.push(number)
      if (fails) throw new Error('failed')
    },
  })
  await migrate(sql, 5, [step(1)])
  await t.rejects(migrate(sql, 6, [step(1), step(2), step(3, true)]), /failed/)
  t.strictSame(ran, [1, 2, 3])
  const tables = () =>
    database
      .prepare("select name from sqlite_schema where type = 'table' order by name")
      .all()
      .map((row) => row['name'])
  t.strictSame(tables(), ['migrations', 't1'], 'the second step is undone with the third')
  await migrate(sql, 7, [step(1), step(2), step(3)])
  t.strictSame(ran, [1, 2, 3, 2, 3])
  t.strictSame(
    database
      .prepare('select * from migrations')
      .all()
      .map((row) => ({ ...row })),
    [
      { number: 1, name: 'step 1', applied_at: 5 },
      { number: 2, name: 'step 2', applied_at: 7 },
      { number: 3, name: 'step 3', applied_at: 7 },
    ],
  )
})

t.test('released migrations are numbered from 1 without gaps', (t) => {
  t.strictSame(
    MIGRATIONS.map(({ number }) => number),
    MIGRATIONS.map((_, index) => index + 1),
  )
  t.end()
})

t.test('while another process holds the lock, writes wait, then are unavailable', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  const directory = await open(file)
  t.teardown(() => directory.close())
  const other = new DatabaseSync(file)
  t.teardown(() => other.close())

  other.exec('begin immediate')
  let ticks = 0
  const ticking = setInterval(() => ticks++, 5)
  const startMs = performance.now()
  const writes = Array.from({ length: 10 }, (_, index) =>
    directory.users.create({ username: `user ${index}` }),
  )
  const settled = await Promise.allSettled(writes)
  const tookMs = performance.now() - startMs
  clearInterval(ticking)
  for (const one of settled) {
    t.ok(one.status === 'rejected' && one.reason instanceof StoreUnavailable)
  }
  t.ok(tookMs < 2 * BUSY_PAUSES_MS.reduce((sum, ms) => sum + ms), 'they waited side by side')
  t.ok(ticks > 10, 'and the event loop went on')
  t.strictSame(await directory.users.list({ limit: 5 }), [], 'reads went on, nothing was done')
  await directory.ping()

  const waiting = directory.users.create({ username: 'ada' })
  await directory.users.list({ limit: 5 })
  other.exec('rollback')
  t.equal((await waiting).username, 'ada', 'who still waits gets the lock')
})

t.test('busy is tried again, unavailable and everything else is not', async (t) => {
  const fails = (errcode: number) =>
    Object.assign(new Error('from the driver'), { code: 'ERR_SQLITE_ERROR', errcode })
  const cases: [string, Error, number, RegExp][] = [
    ['busy', fails(5), BUSY_PAUSES_MS.length + 1, /is unavailable/],
    ['busy, extended code', fails(261), BUSY_PAUSES_MS.length + 1, /is unavailable/],
    ['locked', fails(6), BUSY_PAUSES_MS.length + 1, /is unavailable/],
    ['disk full', fails(13), 1, /is unavailable/],
    ['input/output error', fails(266), 1, /is unavailable/],
    ['corrupt', fails(11), 1, /is unavailable/],
    ['a constraint', fails(2067), 1, /from the driver/],
    ['a bug', new TypeError('from the driver'), 1, /from the driver/],
  ]
  for (const [name, error, expected, message] of cases) {
    let attempts = 0
    const work = async () => {
      attempts++
      throw error
    }
    const thrown = await untilFree(sqliteFault, work).catch((e) => e)
    t.match(thrown.message, message, name)
    t.equal(thrown instanceof StoreUnavailable, /unavailable/.test(message.source), name)
    t.equal(attempts, expected, `${name}: attempts`)
  }
})

t.test('a closed directory is unavailable', async (t) => {
  const directory = await open(join(t.testdir({}), 'directory.sqlite'))
  await directory.close()
  await t.rejects(directory.users.find('u_1'), StoreUnavailable)
  await t.rejects(directory.users.create({ username: 'a' }), StoreUnavailable)
  await t.rejects(directory.ping(), StoreUnavailable)
})

t.test('a file that became read-only is unavailable, not broken', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  await (await open(file)).close()
  const database = new DatabaseSync(file, { readOnly: true })
  const sql = openSql(new Kysely<Tables>({ dialect: sqliteDialect(database) }), sqliteEngine)
  t.teardown(() => sql.close())
  await t.rejects(
    sql.write((db) => db.deleteFrom('users').execute()),
    StoreUnavailable,
  )
})

t.test('a transaction holds the write lock before its first write', async (t) => {
  const file = join(t.testdir({}), 'directory.sqlite')
  await (await open(file)).close()
  const database = new DatabaseSync(file)
  const sql = openSql(new Kysely<Tables>({ dialect: sqliteDialect(database) }), sqliteEngine)
  const other = new DatabaseSync(file)
  t.teardown(() => Promise.all([sql.close(), other.close()]))
  await sql.write(async (db) => {
    await db.selectFrom('users').selectAll().execute()
    t.throws(() => other.exec('begin immediate'), /locked/)
  })
  t.doesNotThrow(() => other.exec('begin immediate; rollback'))
})

t.test('a transaction happens together or not at all', async (t) => {
  const directory = await memoryDirectory(t)
  const record = { at: 1, actor: { sub: 'issuer' }, target: 'x', reason: 'test', detail: {} }
  await t.rejects(
    directory.transaction(async (inside) => {
      await inside.users.create({ username: 'ada' })
      await inside.services.save(service(AUDIENCE))
      await inside.transaction(({ audit }) => audit.append({ ...record, action: 'user.create' }))
      t.equal((await inside.users.list({ limit: 5 })).length, 1, 'it sees its own changes')
      await inside.ping()
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  t.strictSame(await directory.users.list({ limit: 5 }), [])
  t.strictSame(await directory.services.list(), [])
  t.strictSame(await directory.audit.list({ limit: 5 }), [])

  const sub = await directory.transaction(async (inside) => {
    const user = await inside.users.create({ username: 'ada' })
    await inside.audit.append({ ...record, action: 'user.create', target: user.sub })
    return user.sub
  })
  t.equal((await directory.users.find(sub))?.username, 'ada')
  t.match(await directory.audit.list({ limit: 5 }), [{ id: 1, target: sub }])
})

t.test('the outer directory inside a transaction is an error, not a wait for ever', async (t) => {
  const directory = await memoryDirectory(t)
  await t.rejects(
    directory.transaction(() => directory.users.find('u_1')),
    /use the directory it was given/,
  )
  await t.rejects(
    directory.transaction((inside) => inside.close()),
    /cannot close/,
  )
  t.equal(await directory.users.find('u_1'), undefined, 'and nothing is stuck')
})
