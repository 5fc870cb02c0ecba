import type { Client, StoredService } from '@latchkey/directory'
import { type LogEntry, StoreUnavailable } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { feedDirectory } from '../src/feed/feed-directory.ts'
import { KEEP_MS } from '../src/feed/last-answers.ts'
import type { LogTailListener } from '../src/feed/log-tail.ts'
import type { Member } from '../src/feed/member.ts'
import { A } from './fixtures/hub-scene.ts'
import { entry } from './fixtures/log-of.ts'

const ROUTES = [{ method: 'GET', pattern: '/orders' }]

/** Somebody has connected, and now SQL is away. */
async function scene(options: { connected?: boolean } = {}) {
  const time = simulatedTime()
  const sql = { away: false, reads: 0, whileReading: () => {} }
  const read = async <T>(answer: T): Promise<T> => {
    sql.reads += 1
    sql.whileReading()
    await Promise.resolve()
    if (sql.away) throw new StoreUnavailable('The directory')
    return answer
  }
  const client = { id: 'a' } as Client
  let listener: LogTailListener | undefined
  const member = { clientId: 'a', connection: { audience: A.audience } } as Member
  const directory = feedDirectory({
    clients: { find: (id) => read(id === 'a' ? client : undefined) },
    services: {
      find: (name) => read<StoredService | undefined>(name === A.audience ? A : undefined),
      publishRoutes: (_, routes) => read({ ...PUBLISHED, added: routes.length }),
    },
    tail: {
      listen: (one) => {
        listener = one
        return () => {
          listener = undefined
        }
      },
    },
    members: () => (options.connected ? [member] : []),
    ...time,
  })
  directory.start()
  const open = async () => {
    await directory.clients.find('a')
    await directory.services.find(A.audience)
  }
  await open()
  await directory.services.publishRoutes(A.audience, ROUTES)
  const log = (...entries: LogEntry[]) => listener?.appended(10, entries)
  return { time, sql, directory, open, log, reset: () => listener?.reset(0) }
}
const PUBLISHED = { version: 'v', numbers: [0], heads: [{ length: 1, hash: 'h' }] }
const AWAY = { name: 'StoreUnavailable' }

t.test('who was here lately is known while SQL is away', async (t) => {
  const s = await scene()
  s.sql.away = true
  await s.open()
  t.equal((await s.directory.clients.find('a'))?.id, 'a')
  await t.rejects(s.directory.clients.find('b'), AWAY, 'nobody else')
  await t.rejects(s.directory.services.find('https://b.example'), AWAY)
  s.time.advance(KEEP_MS - 1)
  await s.open()
  s.time.advance(1)
  await t.rejects(s.open(), AWAY, 'for as long as a token can live')
})

t.test(
  'neither a host that slept nor a wall clock that was set back makes it longer',
  async (t) => {
    const [slept, setBack] = [await scene(), await scene()]
    slept.sql.away = true
    slept.time.suspend(KEEP_MS)
    await t.rejects(slept.open(), AWAY)
    setBack.sql.away = true
    setBack.time.setWall(-KEEP_MS)
    setBack.time.advance(KEEP_MS)
    await t.rejects(setBack.open(), AWAY)
  },
)

t.test(
  'of those who are connected it is read again, so that they may come back after hours',
  async (t) => {
    const s = await scene({ connected: true })
    for (let minutes = 0; minutes < 180; minutes++) {
      s.time.advance(60_000)
      await turn()
    }
    s.sql.away = true
    await s.open()
    for (let minutes = 0; minutes < 13; minutes++) {
      s.time.advance(60_000)
      await turn()
    }
    await s.open()
    s.time.advance(3 * 60_000)
    await turn()
    await t.rejects(s.open(), AWAY, 'trying in vain is not reading')
  },
)

t.test('attack K5: who was disabled meanwhile stays out, by the log', async (t) => {
  const cases: [name: string, entry: LogEntry, client: boolean, service: boolean][] = [
    ['the client', entry(4, 'client', 'a'), false, true],
    ['another client', entry(4, 'client', 'b'), true, true],
    ['the service', entry(4, 'service', A.audience), true, false],
    ['another service', entry(4, 'service', 'https://b.example'), true, true],
    ['a key', entry(4, 'key', 'some'), true, false],
    ['a user', entry(4, 'user', 'a'), true, true],
  ]
  for (const [name, one, client, service] of cases) {
    const s = await scene()
    s.sql.away = true
    s.log(one)
    const isKnown = (find: Promise<unknown>) =>
      find.then(
        () => true,
        () => false,
      )
    t.equal(await isKnown(s.directory.clients.find('a')), client, name)
    t.equal(await isKnown(s.directory.services.find(A.audience)), service, name)
  }
  const other = await scene()
  other.sql.away = true
  other.reset()
  await t.rejects(other.directory.clients.find('a'), AWAY, 'another log may say anything')
  await t.rejects(other.directory.services.find(A.audience), AWAY)
})

t.test('what was read while it changed is not remembered', async (t) => {
  const s = await scene()
  s.sql.whileReading = () => s.log(entry(4, 'client', 'a'))
  t.equal((await s.directory.clients.find('a'))?.id, 'a')
  s.sql.whileReading = () => {}
  s.sql.away = true
  await t.rejects(s.directory.clients.find('a'), AWAY)
})

t.test('a catalogue that stands there already is accepted again, another one is not', async (t) => {
  const s = await scene()
  s.sql.away = true
  const { publishRoutes } = s.directory.services
  t.strictSame(await publishRoutes(A.audience, ROUTES), { ...PUBLISHED, added: 0, old: true })
  await t.rejects(publishRoutes(A.audience, [...ROUTES, ...ROUTES]), AWAY)
  await t.rejects(publishRoutes('https://b.example', ROUTES), AWAY)
})

t.test('memory is bounded: who was here longest ago gives way', async (t) => {
  const s = await scene()
  const many = feedDirectory({
    ...s.directory,
    clients: {
      find: async (id) => {
        if (s.sql.away) throw new StoreUnavailable('The directory')
        return { id } as Client
      },
    },
    tail: { listen: () => () => {} },
    members: () => [],
    ...s.time,
  })
  for (let n = 0; n <= 1000; n++) await many.clients.find(`c${n}`)
  s.sql.away = true
  await t.rejects(many.clients.find('c0'), AWAY)
  t.equal((await many.clients.find('c1'))?.id, 'c1')
  t.equal((await many.clients.find('c1000'))?.id, 'c1000')
})

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
