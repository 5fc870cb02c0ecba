/** Every earlier form of a directory, with what it held, becomes today's; on both engines it becomes the same. */
import { join } from 'node:path'
import process from 'node:process'
import { systemClock } from '@latchkey/protocol'
import { sql as sqlText } from 'kysely'
import t from 'tap'
import {
  type Directory,
  openMigrations,
  openPostgresDirectory,
  openSqliteDirectory,
} from '../src/index.ts'
import { openPostgres } from '../src/postgres/open-postgres-directory.ts'
import { MIGRATIONS, migrate } from '../src/sql/migrate.ts'
import type { Sql } from '../src/sql/sql.ts'
import { openSqlite } from '../src/sqlite/open-sqlite-directory.ts'
import { runSql, SHARED_SERVER, testDatabases } from '../src/testing/index.ts'
import { audienceOf, oldRows } from './fixtures/old-rows.ts'
import { CHEAP, race, seededRandom, testClock } from './fixtures/open-directory.ts'

const OPENED = 1_600_000_000
const EARLIER = MIGRATIONS.slice(0, -1).map(({ number }) => number)
const databases = testDatabases(process.env[SHARED_SERVER])

const options = () => ({ clock: testClock(), random: seededRandom('old'), hashing: CHEAP })

/** Up to this version step by step, with something written at each. */
async function growOld(sql: Sql & { close(): Promise<void> }, version: number): Promise<void> {
  for (let step = 1; step <= version; step++) {
    await migrate(sql, OPENED, MIGRATIONS.slice(0, step))
    await sql.write(async (db) => {
      for (const statement of oldRows(step)) await sqlText.raw(statement).execute(db)
    })
  }
  await sql.close()
}

/** Everything that can be asked about what version `version` has written. */
async function whatIsThere(directory: Directory, version: number) {
  const [sub, app, audience] = [`u_${version}`, `app${version}`, audienceOf(version)]
  const service = await directory.services.find(audience)
  return {
    user: await directory.users.find(sub),
    same: (await directory.users.findByUsername(`ADA ${version}`))?.sub,
    found: (await directory.users.list({ limit: 5, search: `ada${version}@` })).map((u) => u.sub),
    rights: await directory.users.rightsAt(sub, audience),
    client: await directory.clients.find(app),
    role: await directory.roles.find(`reader${version}`),
    service,
    externalIds: [...(await directory.provisioned.of('user', app, [sub]))],
    routes: (await directory.services.catalogue(audience)).map(({ number, pattern, current }) => {
      return { number, pattern, current }
    }),
    key: (await directory.keys.list()).find(({ kid }) => kid === `key${version}`),
    consent: await directory.consents.find(sub, app),
    stream: (await directory.streams.list()).find(({ clientId }) => clientId === app)?.status,
  }
}

for (const version of EARLIER) {
  t.test(`a directory of version ${version} opens with what it held`, async (t) => {
    const file = join(t.testdir({}), 'directory.sqlite')
    const blank = await databases.blank()
    await growOld(await openSqlite(file), version)
    await growOld(openPostgres(blank.url, { answerMs: 10_000 }), version)
    const embedded = await openSqliteDirectory({ file, ...options() })
    const served = await openPostgresDirectory({ url: blank.url, answerMs: 10_000, ...options() })
    t.teardown(async () => {
      await Promise.all([embedded.close(), served.close()])
      await blank.giveBack()
    })
    for (let written = 1; written <= version; written++) {
      const found = await whatIsThere(embedded, written)
      t.strictSame(await whatIsThere(served, written), found, `both hold the same of ${written}`)
      const [sub, audience] = [`u_${written}`, audienceOf(written)]
      t.match(found, {
        user: {
          sub,
          username: `Ada ${written}`,
          email: `ada${written}@example.org`,
          emailVerified: true,
          disabled: false,
          mustChangePassword: false,
          roles: [`reader${written}`],
          groups: written >= 6 ? [`g_${written}`] : [],
          profile: {},
          ...(written >= 6 && { externalId: `hr-${written}` }),
        },
        // The audit log says that this client had given it.
        externalIds: written === 6 ? [[sub, 'hr-6']] : [],
        same: sub,
        found: [sub],
        rights: { routes: ['GET /reports/*', 'PUT /x'] },
        client: { requirePkce: true, services: [audience], secrets: [{ createdAt: Number }] },
        role: { grants: [{ audience, grant: 'GET /reports/*' }] },
        service: { keyGeneration: 3, keys: [{ generation: 3, state: 'active' }] },
        routes: [{ number: 0, pattern: '/reports/:id', current: true }],
        key: { state: 'retired', since: 7, wrappedPrivateKey: 'wrapped' },
        consent: written >= 2 ? { granted: ['email'], grantedAt: 8 } : undefined,
        stream: written >= 4 ? 'enabled' : undefined,
      })
    }
    for (const directory of [embedded, served]) {
      const part = await directory.audit.verify({ after: { id: 0, digest: '' }, limit: 100 })
      t.match(
        part,
        { head: { id: Math.min(version, 6) }, isLast: true, fault: undefined },
        'the chain holds',
      )
      t.match(await directory.users.create({ username: 'new' }), { username: 'new' })
    }
  })
}

t.test('of fifty that start at once, one migrates and the others find it done', async (t) => {
  const blank = await databases.blank()
  t.teardown(() => blank.giveBack())
  const { won, lost } = await race(
    Array.from({ length: 50 }, async () => {
      const migrations = await openMigrations({ url: blank.url }, systemClock)
      await migrations.up()
      const { applied, pending } = await migrations.status()
      await migrations.close()
      return { applied: applied.length, pending: pending.length }
    }),
  )
  t.strictSame(lost, [])
  t.strictSame(
    new Set(won.map((one) => JSON.stringify(one))),
    new Set([`{"applied":${MIGRATIONS.length},"pending":0}`]),
  )
})

t.test('with manual migrations an older database is refused and left as it is', async (t) => {
  const blank = await databases.blank()
  t.teardown(() => blank.giveBack())
  await t.rejects(openPostgresDirectory({ url: blank.url, migrations: 'manual', ...options() }), {
    code: 'directory-not-migrated',
    expected: /run latchkey migrate up/,
  })
  const tables = await runSql(blank.url, "select 1 from pg_tables where schemaname = 'public'")
  t.strictSame(tables, [])
})

t.test('every text orders by code unit, whatever the order of the database', async (t) => {
  const { url, giveBack } = await databases.empty()
  t.teardown(giveBack)
  const others = await runSql(
    url,
    `select table_name, column_name from information_schema.columns
     where table_schema = 'public' and data_type = 'text' and collation_name is distinct from 'C'`,
  )
  t.strictSame(others, [])
  const [order] = await runSql(url, "select 'a' < 'B' as english")
  t.strictSame(order, { english: true }, 'this one is in English order, so it would be noticed')
})
