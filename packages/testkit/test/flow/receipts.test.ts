/** Receipts of two real issuer processes on one Redis: docs/protocol/receipts.md. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { faultCluster, SHOP, type Site } from './fault-cluster.ts'
import { ISSUER, sidOf } from './issuer-calls.ts'
import { until } from './until.ts'

interface Line {
  readonly instance: string
  readonly state: string
  readonly after_ms?: number
  readonly closed_by?: string
}
interface Receipt {
  readonly id: string
  readonly state: string
  readonly closed_by: string
  readonly verifiers: readonly Line[]
  readonly complete: boolean
}

const redis = await startRedis()
const sites = await faultCluster(t, { redisUrl: redis.url, leaseMs: 2000, issuers: 2 })
const [one, two] = sites as readonly [Site, Site]
t.teardown(() => redis.stop())
const operator = await one.calls.admin()

async function endSession(through: Site, prefer?: string) {
  const tokens = await through.calls.tokens(await through.calls.signedIn('ada'))
  const target = { kind: 'session', sid: sidOf(tokens) }
  const answer = await through.calls.end(target, operator, prefer)
  return { answer, receipt: answer.json() as Receipt }
}

const headers = { authorization: `Bearer ${operator}` }
async function later(through: Site, { id }: Receipt): Promise<Receipt> {
  return (await through.calls.get(`/admin/v1/ends/${id}`, headers)).json() as Receipt
}

interface Seen {
  readonly instance: string
  readonly process: string
  readonly connected: boolean
}
async function verifiers(through: Site): Promise<readonly Seen[]> {
  const answer = await through.calls.get('/admin/v1/verifiers', headers)
  return (answer.json() as { verifiers: Seen[] }).verifiers
}
const states = ({ verifiers }: Receipt) => verifiers.map(({ state }) => state).sort()

/** A third verifier, at the second issuer. */
async function stoppable(t: { teardown(end: () => void): void }): Promise<ChildProcess> {
  const file = fileURLToPath(new URL('verifier-process.ts', import.meta.url))
  const address = `http://127.0.0.1:${two.process.port}`
  const args = [ISSUER, address, SHOP, 'shop', 'secret-of-shop-in-the-fault-tests']
  const execArgv = ['-C', '@latchkey/source', '--disable-warning=ExperimentalWarning']
  const child = fork(file, args, { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}
const connected = (count: number) =>
  until(`both issuers see ${count} verifiers`, async () => {
    const lists = await Promise.all(sites.map(verifiers))
    return lists.every((list) => list.filter((each) => each.connected).length === count)
  })

for (const site of sites) await site.ready()
await connected(2)

t.test('each issuer tells the verifiers of both', async (t) => {
  const [here, there] = [await verifiers(one), await verifiers(two)]
  const names = (list: readonly Seen[]) => list.map((each) => `${each.instance} ${each.process}`)
  t.strictSame(names(here).sort(), names(there).sort())
  t.equal(new Set(here.map((each) => each.process)).size, 2)
})

t.test('an end that waits says that the verifiers of both have applied it', async (t) => {
  for (const [through, other] of [
    [one, two],
    [two, one],
  ] as const) {
    const { answer, receipt } = await endSession(through, 'wait=5')
    t.equal(answer.headers['preference-applied'], 'wait=5')
    t.strictSame(states(receipt), ['applied', 'applied'])
    t.ok(receipt.verifiers.every(({ after_ms: ms = -1 }) => ms > 0 && ms < 2000))
    t.equal(receipt.complete, true)
    t.strictSame((await later(other, receipt)).verifiers, receipt.verifiers, 'and the other knows')
  }
})

t.test('an end that does not wait is told later, at either', async (t) => {
  const { answer, receipt } = await endSession(one)
  t.equal(answer.headers['preference-applied'], undefined)
  t.equal(receipt.verifiers.length, 2)
  await until('both tell that it is applied', async () => {
    const told = await Promise.all(sites.map((site) => later(site, receipt)))
    return told.every((each) => states(each).join() === 'applied,applied')
  })
})

t.test('a verifier that is suspended is waited for, then named with its bound', async (t) => {
  const child = await stoppable(t)
  await connected(3)
  child.kill('SIGSTOP')
  const askedMs = performance.now()
  const { receipt } = await endSession(one, 'wait=1')
  t.ok(performance.now() - askedMs >= 1000)
  t.strictSame(states(receipt), ['applied', 'applied', 'waiting'])
  const slow = receipt.verifiers.find(({ state }) => state === 'waiting')
  t.equal(slow?.closed_by, receipt.closed_by)
  const left = Date.parse(receipt.closed_by) - Date.now()
  t.ok(left <= 2000, 'T after the end at the latest')
  child.kill('SIGCONT')
  await until('it has applied it', async () => states(await later(two, receipt))[2] === 'applied')
})

t.test('a verifier that has just died is offline, and not waited for', async (t) => {
  const child = await stoppable(t)
  await connected(3)
  child.kill('SIGKILL')
  await connected(2)
  const askedMs = performance.now()
  const { receipt } = await endSession(one, 'wait=10')
  t.ok(performance.now() - askedMs < 10_000)
  // The one that was killed after the test before may still have a lease, too.
  t.strictSame([...new Set(states(receipt))], ['applied', 'offline'])
  t.equal(states(receipt).filter((each) => each === 'applied').length, 2)
  for (const { state, closed_by: closedBy } of receipt.verifiers) {
    t.equal(closedBy, state === 'offline' ? receipt.closed_by : undefined)
  }
})

t.test('with an issuer that dies its verifiers count as gone, until they are back', async (t) => {
  await two.process.kill()
  await until('one sees it', async () => (await verifiers(one)).some((each) => !each.connected))
  const { receipt } = await endSession(one, 'wait=1')
  t.ok(states(receipt).includes('applied'))
  await two.process.start()
  await two.ready()
  await connected(2)
  const { receipt: next } = await endSession(one, 'wait=5')
  t.ok(next.verifiers.filter(({ state }) => state === 'applied').length === 2)
})
