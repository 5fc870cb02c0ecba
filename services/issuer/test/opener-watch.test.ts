import type { Client, StoredService } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { openerWatch } from '../src/feed/opener-watch.ts'
import type { PeerIdentity } from '../src/feed/peer.ts'

const A = 'https://a.example'
const SECRETS = [{ id: 2, hash: '', createdAt: 0 }]
const clientOf = (id: string, disabled = false) =>
  ({ id, disabled, secrets: SECRETS }) as unknown as Client
const CLIENTS: Readonly<Record<string, Client>> = {
  a: clientOf('a'),
  other: clientOf('other'),
  off: clientOf('off', true),
}
const SERVICES: Readonly<Record<string, StoredService>> = {
  [A]: { audience: A, clients: ['a'], disabled: false } as unknown as StoredService,
  'https://off.example': { clients: ['a'], disabled: true } as unknown as StoredService,
}

/** A watch over these lines, and who was asked to show credentials again. */
function scene(lines: readonly PeerIdentity[]) {
  const sql = { away: false, reads: 0 }
  const timers: (() => void)[] = []
  const asked: PeerIdentity[] = []
  const warnings: string[] = []
  const read = async <T>(answer: T): Promise<T> => {
    sql.reads += 1
    if (sql.away) throw new StoreUnavailable('The directory')
    return answer
  }
  const watch = openerWatch({
    hub: {
      identities: () => lines,
      askAgain: (isConcerned) => asked.push(...lines.filter(isConcerned)),
    },
    clients: { find: (id) => read(CLIENTS[id]) },
    services: { find: (audience) => read(SERVICES[audience]) },
    clientSecrets: { live: ({ secrets }) => secrets },
    scheduler: {
      after: (ms, work) => {
        t.equal(ms, 5000)
        timers.push(work)
        return () => timers.splice(timers.indexOf(work), 1)
      },
    },
    leaseMs: 5000,
    warn: (_, message) => warnings.push(message),
  })
  return { watch, sql, timers, asked, warnings }
}

const CASES: [rule: string, line: PeerIdentity, isAsked: boolean][] = [
  ['what opened it is good', { clientId: 'a', secretId: 2, audience: A }, false],
  ['and it has not said hello', { clientId: 'a', secretId: 2, audience: undefined }, false],
  ['its secret has ended', { clientId: 'a', secretId: 1, audience: A }, true],
  ['also before its hello', { clientId: 'a', secretId: 1, audience: undefined }, true],
  ['its client is disabled', { clientId: 'off', secretId: 2, audience: A }, true],
  ['its client is gone', { clientId: 'nobody', secretId: 2, audience: A }, true],
  ['its service takes it no more', { clientId: 'other', secretId: 2, audience: A }, true],
  [
    'its service is in quarantine',
    { clientId: 'a', secretId: 2, audience: 'https://off.example' },
    true,
  ],
  ['its service is gone', { clientId: 'a', secretId: 2, audience: 'https://b.example' }, true],
]

t.test('a feed is open for as long as what opened it is good', async (t) => {
  const { watch, asked } = scene(CASES.map(([, line]) => line))
  await watch.look()
  for (const [rule, line, isAsked] of CASES) t.equal(asked.includes(line), isAsked, rule)
})

t.test('each T is one look, and a thousand lines of one client are asked for once', async (t) => {
  const line = { clientId: 'a', secretId: 1, audience: A }
  const { watch, timers, asked, sql } = scene(Array.from({ length: 1000 }, () => ({ ...line })))
  watch.start()
  t.strictSame([timers.length, sql.reads], [1, 0])
  timers.shift()?.()
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame([asked.length, sql.reads, timers.length], [1000, 1, 1])
  watch.stop()
  t.equal(timers.length, 0)
})

t.test('while SQL is away nobody is asked, and nobody is warned', async (t) => {
  const { watch, timers, asked, sql, warnings } = scene(CASES.map(([, line]) => line))
  sql.away = true
  watch.start()
  timers.shift()?.()
  await new Promise((resolve) => setImmediate(resolve))
  t.strictSame([asked, warnings, timers.length], [[], [], 1])
})
