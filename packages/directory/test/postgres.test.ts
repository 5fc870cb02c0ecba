/** What is PostgreSQL's own, tried on a server: limits of time, the write lock, versions. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreUnavailable } from '@latchkey/protocol'
import { sql as sqlText } from 'kysely'
import t, { type Test } from 'tap'
import { openPostgresDirectory } from '../src/index.ts'
import { openPostgres } from '../src/postgres/open-postgres-directory.ts'
import { prepareTemplate, runSql, startPostgres } from '../src/testing/index.ts'
import { CHEAP, oneOf, race, seededRandom, testClock } from './fixtures/open-directory.ts'

const MOST_MS = 500
const server = await startPostgres()
await prepareTemplate(server)
t.teardown(() => server.stop())
let count = 0

async function database(): Promise<string> {
  count += 1
  await runSql(server.url('postgres'), `create database own_${count} template latchkey_template`)
  return server.url(`own_${count}`)
}

const options = (url: string) => {
  return { url, clock: testClock(), random: seededRandom(url), hashing: CHEAP }
}

async function opened(t: Test, url: string) {
  const directory = await openPostgresDirectory(options(url))
  t.teardown(() => directory.close())
  return directory
}

/** How long it took to say that the directory is unavailable. */
async function unavailableAfterMs(t: Test, work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now()
  await t.rejects(work(), StoreUnavailable)
  return performance.now() - begun
}

t.test('a server that hangs is unavailable within 500 ms, for reads and writes', async (t) => {
  const directory = await opened(t, await database())
  const { sub } = await directory.users.create({ username: 'ada' })
  // As many as connections, and more than those.
  const crowd = () =>
    Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        unavailableAfterMs(t, () =>
          index % 3 === 0
            ? directory.users.setDisabled(sub, false)
            : directory.users.findByUsername('ada'),
        ),
      ),
    )
  server.pause()
  t.teardown(() => server.resume())
  const [first, second] = [Math.max(...(await crowd())), Math.max(...(await crowd()))]
  const least = Math.min(first, second)
  t.ok(least < MOST_MS, `${Math.round(first)} and ${Math.round(second)} ms`)
  server.resume()
  t.equal((await directory.users.findByUsername('ada'))?.sub, sub, 'and comes back by itself')
})

t.test('a server that hangs inside a transaction is given up as fast', async (t) => {
  const sql = openPostgres(await database())
  t.teardown(() => sql.close())
  let pausedMs = 0
  const took: number[] = []
  for (const _ of [1, 2]) {
    await t.rejects(
      sql.write(async (db) => {
        await db.insertInto('counters').values({ name: 'x', value: 1 }).execute()
        // Whoever thinks for long between two statements has not used up the time of the second.
        await pause(500)
        server.pause()
        pausedMs = performance.now()
        await db.selectFrom('counters').selectAll().execute()
      }),
      StoreUnavailable,
    )
    took.push(performance.now() - pausedMs)
    server.resume()
  }
  t.ok(Math.min(...took) < MOST_MS && Math.min(...took) > 300, `${took.map(Math.round)} ms`)
  const counters = await sql.read((db) => db.selectFrom('counters').select('name').execute())
  t.notOk(
    counters.some(({ name }) => name === 'x'),
    'and nothing was done',
  )
})

t.test('a network that swallows everything is noticed as fast', async (t) => {
  const url = new URL(await database())
  const port = Number(url.port)
  const sockets: Socket[] = []
  let swallows = false
  const proxy = createServer((client) => {
    const link = connect(port, '127.0.0.1')
    for (const socket of [client, link]) socket.on('error', () => {})
    sockets.push(client, link)
    client.on('data', (bytes) => swallows || link.write(bytes))
    link.on('data', (bytes) => swallows || client.write(bytes))
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  const address = proxy.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  url.port = String(address.port)
  const directory = await opened(t, url.href)
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    proxy.close()
  })
  await directory.ping()
  swallows = true
  const took = [
    await unavailableAfterMs(t, () => directory.ping()),
    await unavailableAfterMs(t, () => directory.ping()),
  ]
  t.ok(Math.min(...took) < MOST_MS, `an open connection and a new one: ${took.map(Math.round)}`)
  swallows = false
  await directory.ping()
})

t.test(
  'a restart loses nothing that was acknowledged, and no process need be restarted',
  async (t) => {
    const directory = await opened(t, await database())
    const { sub } = await directory.users.create({ username: 'ada' })
    await server.kill()
    const took = await unavailableAfterMs(t, () => directory.users.find(sub))
    t.ok(took < MOST_MS, `refused after ${Math.round(took)} ms`)
    await server.start()
    t.equal((await directory.users.find(sub))?.username, 'ada')
  },
)

t.test('a connection that is cut while nobody uses it is replaced', async (t) => {
  const url = await database()
  const directory = await opened(t, url)
  await directory.ping()
  await runSql(
    server.url('postgres'),
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`,
  )
  // The notice is on its way; whoever is faster than it is told to come again.
  await directory.ping().catch((error) => t.ok(error instanceof StoreUnavailable))
  await directory.ping()
})

t.test('a connection that is cut between two statements fails its transaction alone', async (t) => {
  const url = await database()
  const sql = openPostgres(url)
  t.teardown(() => sql.close())
  const own = `from pg_stat_activity where datname = '${new URL(url).pathname.slice(1)}'`
  const ask = (what: string) => runSql(server.url('postgres'), `select ${what} ${own}`)
  const work = sql.write(async (db) => {
    await ask('pg_terminate_backend(pid)')
    // When the server has hung up, the driver hears of it in one of the next turns.
    while ((await ask('pid')).length > 0);
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
    await db.selectFrom('users').select('id').execute()
  })
  await t.rejects(work, StoreUnavailable)
  await sql.read((db) => db.selectFrom('users').select('id').execute())
})

t.test(
  'writes take turns in all processes together, and whoever waits too long is told',
  async (t) => {
    const url = await database()
    const [one, other] = [openPostgres(url, { answerMs: 10_000 }), openPostgres(url)]
    t.teardown(() => Promise.all([one.close(), other.close()]))
    const gate = Promise.withResolvers<void>()
    const holds = Promise.withResolvers<void>()
    const holder = one.write(async (db) => {
      await db.selectFrom('users').select('id').execute()
      holds.resolve()
      await gate.promise
    })
    await holds.promise
    const took = await unavailableAfterMs(t, () => other.write(async () => {}))
    t.ok(took < MOST_MS, `${Math.round(took)} ms`)
    t.strictSame(
      await other.read((db) => db.selectFrom('users').select('id').execute()),
      [],
      'reads wait for nobody',
    )
    gate.resolve()
    await holder
    await other.write(async () => {})
  },
)

t.test('a process that stops in a transaction holds up nobody for long', async (t) => {
  const sql = openPostgres(await database())
  t.teardown(() => sql.close())
  const { rows } = await sql.read((db) =>
    sqlText`select current_setting('idle_in_transaction_session_timeout') as idle`.execute(db),
  )
  t.strictSame(rows, [{ idle: '2s' }])
})

t.test('a text with U+0000 is nobody, and cannot be stored', async (t) => {
  const directory = await opened(t, await database())
  t.equal(await directory.users.find('u_\0'), undefined)
  t.strictSame(await directory.users.list({ limit: 1, after: '\0' }), [])
  const sql = openPostgres(await database())
  t.teardown(() => sql.close())
  await t.rejects(
    sql.write((db) => db.insertInto('roles').values({ name: 'a\0', description: '' }).execute()),
    { code: 'nul' },
  )
})

t.test('a number beyond 2^53 is an error and not another number', async (t) => {
  const url = await database()
  await runSql(
    url,
    "insert into counters values ('most', 9007199254740991), ('more', 9007199254740993)",
  )
  const sql = openPostgres(url)
  t.teardown(() => sql.close())
  const value = (name: string) =>
    sql.read((db) =>
      db.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirst(),
    )
  t.strictSame(await value('most'), { value: Number.MAX_SAFE_INTEGER })
  await t.rejects(value('more'), RangeError)
  t.strictSame(await value('most'), { value: Number.MAX_SAFE_INTEGER }, 'the connection lives')
})

t.test('a role that may only read and write rows is enough', async (t) => {
  const url = await database()
  await runSql(
    url,
    `create role rows_only login;
     revoke create on schema public from public;
     grant usage on schema public to rows_only;
     grant select, insert, update, delete on all tables in schema public to rows_only`,
  )
  const limited = url.replace('latchkey@', 'rows_only@')
  const directory = await openPostgresDirectory({ ...options(limited), migrations: 'manual' })
  t.teardown(() => directory.close())
  const { sub } = await directory.users.create({ username: 'ada' })
  await directory.users.update(sub, { name: 'Ada Lovelace' })
  t.match(await directory.users.list({ limit: 5, search: 'love' }), [{ sub }])
  const actor = { sub: 'issuer' }
  const record = { at: 1, actor, action: 'user.create', target: sub, reason: 'x', detail: {} }
  await directory.audit.append(record)
  await t.rejects(runSql(limited, 'create table mine (a text)'), /permission denied/)
  await t.rejects(runSql(limited, 'drop index users_by_gram'), /must be owner/)
})

t.test('of 50 at once, over as many connections as there are, nothing is lost', async (t) => {
  const url = await database()
  const directories = await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      openPostgresDirectory({
        ...options(url),
        random: seededRandom(`${index}`),
        answerMs: 10_000,
      }),
    ),
  )
  t.teardown(() => Promise.all(directories.map((directory) => directory.close())))
  const of = (index: number) => oneOf(directories, index)
  const { sub } = await of(0).users.create({ username: 'ada' })
  const names = Array.from({ length: 10 }, (_, index) => `role${index}`)
  for (const name of names) await of(0).roles.save({ name, description: '', grants: [] })
  const calls = Array.from({ length: 50 }, (_, index) => {
    const name = oneOf(names, index)
    return of(index).users.update(sub, { roles: [name, oneMore(name)] })
  })
  const { lost } = await race(calls)
  t.strictSame(lost, [])
  const { roles = [] } = (await of(1).users.find(sub)) ?? {}
  t.equal(roles.length, 2, 'the two of one of them, and not a mixture')
  t.ok(roles.includes(oneMore(roles[0] ?? '')) || roles.includes(oneMore(roles[1] ?? '')))
})

const oneMore = (name: string) => `role${(Number(name.slice(4)) + 1) % 10}`

t.test('what was remembered is forgotten when the server was another one in between', async (t) => {
  const directory = await opened(t, await database())
  const { sub } = await directory.users.create({ username: 'ada' })
  const before = await directory.users.find(sub)
  t.equal(await directory.users.find(sub), before, 'the same object: nothing has happened')
  await server.kill()
  await server.start()
  const after = await directory.users.find(sub)
  t.not(after, before, 'numbers of lost transactions may have been given again')
  t.strictSame(after, before)
})
