import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { newDeviceCode, StoreUnavailable, systemRandom } from '@latchkey/protocol'
import { openSqliteStore, type Store } from '@latchkey/store'
import t, { type Test } from 'tap'
import type { SqliteContext } from '../src/sqlite/context.ts'
import { deliveryTable } from '../src/sqlite/delivery-table.ts'
import { sqliteFamilies } from '../src/sqlite/families.ts'
import { logTable } from '../src/sqlite/log-table.ts'
import { MIGRATIONS } from '../src/sqlite/migrations.ts'
import { openDatabase } from '../src/sqlite/open-database.ts'
import { sqliteLog } from '../src/sqlite/revocation-log.ts'
import { sqliteSessions } from '../src/sqlite/sessions.ts'
import { type Transaction, transactions } from '../src/sqlite/transaction.ts'
import {
  codeOf,
  FACTS,
  livingFamily,
  livingSession,
  NOW,
  redemptionOf,
  sampleCode,
  sampleFamily,
  sampleSession,
} from './contract/samples.ts'

const WRITER = fileURLToPath(new URL('./sqlite-writer.ts', import.meta.url))

function newFile(t: Test): string {
  return join(t.testdir(), 'deep', 'er', 'store.db')
}

/** Another process that writes to the file; what it has acknowledged, line by line. */
function startWriter(t: Test, file: string) {
  const child = spawn(process.execPath, ['-C', '@latchkey/source', WRITER, file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })
  return { child, lines }
}

t.test('what was kept is there after closing and opening', async (t) => {
  const file = newFile(t)
  const store = await openSqliteStore({ file })
  const family = await livingFamily(store)
  const cut = await livingSession(store)
  await store.log.end({ kind: 'user', sub: cut.sub }, FACTS)
  const head = await store.log.head(0)
  await store.close()

  const again = await openSqliteStore({ file })
  t.teardown(() => again.close())
  t.strictSame(await again.log.head(0), head, 'the same epoch, the same place')
  t.equal(await again.sessions.find(cut.sid, NOW), undefined)
  t.equal((await again.families.redeem(redemptionOf(family))).kind, 'rotated')
})

t.test('only this user may read the file and what stands beside it', async (t) => {
  const file = newFile(t)
  const store = await openSqliteStore({ file })
  t.teardown(() => store.close())
  await livingSession(store)
  for (const path of [file, `${file}-wal`, `${file}.owner`]) {
    t.equal(statSync(path).mode & 0o777, 0o600, path)
  }
})

t.test('one process at a time', async (t) => {
  t.test('a second store on the file is told who holds it', async (t) => {
    const file = newFile(t)
    const store = await openSqliteStore({ file })
    await t.rejects(openSqliteStore({ file }), {
      code: 'store-locked',
      message: new RegExp(`stop that one.* received .*store.db held by process ${process.pid} on `),
    })
    await store.ping()
    await store.close()
    await (await openSqliteStore({ file })).close()
  })

  t.test(
    'so is another process; kill -9 frees the file, and nothing acknowledged is lost',
    async (t) => {
      const file = newFile(t)
      const { child, lines } = startWriter(t, file)
      const acknowledged: string[] = []
      for await (const line of lines) {
        acknowledged.push(line)
        if (acknowledged.length === 1) {
          await t.rejects(openSqliteStore({ file }), {
            code: 'store-locked',
            message: new RegExp(`held by process ${child.pid} on `),
          })
        }
        if (acknowledged.length === 300) child.kill('SIGKILL')
      }
      if (child.signalCode === null) await once(child, 'exit')
      t.equal(child.signalCode, 'SIGKILL')

      const store = await openSqliteStore({ file })
      t.teardown(() => store.close())
      const { entries, complete } = await store.log.read(0, 0, 100_000)
      t.equal(complete, true)
      const lost: string[] = []
      for (const line of acknowledged) {
        const [word, sid = '', offset, digest] = line.split(' ')
        const found = await store.sessions.find(sid, NOW)
        const entry = entries[Number(offset) - 1]
        const kept = word === 'created' ? found : !found && entry?.v === sid && entry.d === digest
        if (!kept) lost.push(line)
      }
      t.strictSame(lost, [])
      t.ok(acknowledged.length >= 300)
    },
  )
})

t.test('files that cannot be used', async (t) => {
  t.test('a file of something else is left alone', async (t) => {
    const file = join(
      t.testdir({ 'store.db': 'not a database, but long enough to be one'.repeat(100) }),
      'store.db',
    )
    await t.rejects(openSqliteStore({ file }), { code: 'store-file' })
  })

  t.test('a file of a newer Latchkey is left alone', async (t) => {
    const file = join(t.testdir(), 'store.db')
    const newer = new DatabaseSync(file)
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    await t.rejects(openSqliteStore({ file }), { code: 'store-too-new' })
  })

  t.test('a folder that cannot be made is the error of the system', async (t) => {
    const folder = t.testdir()
    writeFileSync(join(folder, 'file'), '')
    await t.rejects(openSqliteStore({ file: join(folder, 'file', 'store.db') }), { code: 'EEXIST' })
  })
})

t.test('a closed store answers nothing, and closing twice is harmless', async (t) => {
  const store = await openSqliteStore({ file: newFile(t) })
  await store.close()
  await store.close()
  await t.rejects(store.ping(), new StoreUnavailable('SQLite'))
  await t.rejects(store.sessions.find('s0_AAAAAAAAAAAAAAAAAAAAAA', NOW), StoreUnavailable)
  await t.rejects(store.sessions.listByUser('u_1', 10, NOW), StoreUnavailable)
})

t.test('a file of the first form is brought to the newest, with all that is in it', async (t) => {
  const file = join(t.testdir(), 'store.db')
  const store = { partitions: 1 } as Store
  const session = { ...sampleSession(store), clients: ['orders'], userinfoClaims: {} }
  const family = sampleFamily(session)
  const old = new DatabaseSync(file)
  old.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1`)
  const { sid, sub, handleHash, acr, userAgent } = session
  const seconds = [session.idleExpiresAt, session.absoluteExpiresAt]
  old
    .prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0)')
    .run(sid, sub, handleHash, NOW, acr, '["pwd"]', NOW, ...seconds, '["orders"]', userAgent)
  const { scope, audience } = family
  old
    .prepare('INSERT INTO families VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, 0, 0)')
    .run(
      ...[sid, family.familyId.slice(-8), 'orders', scope, audience, NOW],
      ...[...seconds, NOW, family.acr, '["pwd","otp"]'],
    )
  old.close()

  const opened = await openSqliteStore({ file })
  t.teardown(() => opened.close())
  t.strictSame((await opened.sessions.find(sid, NOW))?.session, session)
  t.strictSame((await opened.families.peek(family.familyId, NOW))?.family, family)
  t.equal((await opened.families.redeem(redemptionOf(family))).kind, 'rotated')
})

t.test('trimming deletes what has expired, and only that', async (t) => {
  const file = newFile(t)
  const store = await openSqliteStore({ file, sessionAbsoluteSeconds: 6000 })
  const family = await livingFamily(store)
  const session = await livingSession(store, { idleExpiresAt: NOW + 10 })
  await store.codes.save(codeOf(session), sampleCode(session), NOW)
  await store.oneTime.claim('jti', 'a', 60, NOW)
  await store.oneTime.put('ticket', 'a', '1', 60, NOW)
  await store.log.end({ kind: 'user', sub: 'u_1' }, FACTS)
  await store.throttle.attempt('sign-in', 'a', { limit: 1, windowSeconds: 60 }, NOW)
  await store.documents.put('end', 'a', '{}', NOW + 60, NOW)
  const { clientId, scope, audience } = family
  const device = { clientId, scope, audience, userCode: 'ABCD', expiresAt: NOW + 600 }
  await store.devices.start(newDeviceCode(systemRandom, 0), device, 5, NOW)
  const told = { ...session, clients: ['orders'], userinfoClaims: {} }
  await store.outbox.add(told, FACTS.entryExpiresAt, NOW)
  const tables = ['sessions', 'families', 'codes', 'one_time', 'cuts', 'log']
  tables.push('throttle', 'devices', 'deliveries', 'documents')
  const rows = async (now: number) => {
    await store.log.trim(0, now)
    await store.close()
    const database = new DatabaseSync(file)
    const counts = Object.fromEntries(
      tables.map((table) => [
        table,
        database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n'],
      ]),
    )
    database.close()
    Object.assign(store, await openSqliteStore({ file, sessionAbsoluteSeconds: 6000 }))
    return counts
  }
  t.teardown(() => store.close())
  const first = { sessions: 2, families: 1, codes: 1, one_time: 2, cuts: 1, log: 1 }
  const all = { ...first, throttle: 1, devices: 1, deliveries: 1, documents: 1 }
  t.strictSame(await rows(NOW + 59), all)
  const minute = { ...all, one_time: 0, throttle: 0, documents: 0 }
  t.strictSame(await rows(NOW + 60), minute)
  t.strictSame(await rows(NOW + 906), { ...minute, log: 0 })
  t.strictSame(await rows(NOW + 910), { ...minute, log: 0, sessions: 1 })
  t.match(await rows(NOW + 600 + 3599), { devices: 1 })
  t.match(await rows(NOW + 600 + 3600), { devices: 0 })
  t.match(await rows(NOW + 906 + 3599), { deliveries: 1 })
  const late = Object.fromEntries(tables.map((table) => [table, table === 'cuts' ? 1 : 0]))
  t.strictSame(await rows(NOW + 6000), late)
  t.strictSame(await rows(NOW + 6001), { ...late, cuts: 0 })
  t.equal(await store.families.peek(family.familyId, NOW), undefined)
})

t.test('a transaction keeps all or nothing', async (t) => {
  const database = new DatabaseSync(':memory:')
  database.exec('CREATE TABLE one (n INTEGER PRIMARY KEY)')
  const { write } = transactions(database)
  const insert = database.prepare('INSERT INTO one VALUES (?)')
  const count = () => database.prepare('SELECT count(*) AS n FROM one').get()?.['n']

  const twice = () => {
    insert.run(1)
    insert.run(1)
  }
  t.throws(() => write(twice), new StoreUnavailable('SQLite'))
  t.equal(count(), 0)
  const bug = new TypeError('a bug stays a bug')
  const broken = () => {
    insert.run(1)
    throw bug
  }
  t.throws(() => write(broken), bug)
  t.equal(count(), 0)
  write(() => insert.run(1))
  t.equal(count(), 1)
})

t.test(
  'ends are on the disk before they are acknowledged, and nothing else waits for it',
  async (t) => {
    const database = openDatabase(newFile(t))
    t.teardown(() => database.close())
    const setting = (name: string) => database.prepare(`PRAGMA ${name}`).get()?.[name]
    t.strictSame([setting('journal_mode'), setting('locking_mode')], ['wal', 'exclusive'])
    const [NORMAL, FULL] = [1, 2]
    const levels: unknown[] = []
    const { read, write, writeThrough } = transactions(database)
    const spied = (transaction: Transaction): Transaction => {
      return (work) =>
        transaction(() => {
          levels.push(setting('synchronous'))
          return work()
        })
    }
    const context: SqliteContext = {
      database,
      read,
      write: spied(write),
      writeThrough: spied(writeThrough),
      logTable: logTable(database, NOW),
      deliveryTable: deliveryTable(database),
      sessionAbsoluteSeconds: 10_000,
      tellWatchers: () => {},
    }
    const log = sqliteLog(context, () => () => {})
    const families = sqliteFamilies(context)
    const sessions = sqliteSessions(context)
    const store = { partitions: 1, sessions, families, log }
    const family = await livingFamily(store as unknown as Store)
    await families.redeem(redemptionOf(family))
    await families.redeem({ ...redemptionOf(family), generation: 2 })
    await log.heartbeat(0)
    t.strictSame([...new Set(levels.splice(0))], [NORMAL])
    await families.redeem(redemptionOf(family))
    t.strictSame(levels.splice(0), [NORMAL, FULL], 'looked up, then ended')
    await log.end({ kind: 'all' }, FACTS)
    t.strictSame(levels, [FULL])
  },
)
