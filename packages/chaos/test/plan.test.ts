import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError } from '@latchkey/protocol'
import t, { type Test } from 'tap'
import { type Fault, orderOf } from '../src/faults.ts'
import { readPlan } from '../src/index.ts'
import { partOf } from '../src/part.ts'

const GOOD = {
  test_cluster: true,
  issuer: 'http://sso.localhost:4000',
  lease_ms: 5000,
  app: { client_id: 'chaos', secret_file: 'secret' },
  operator: { client_id: 'operator', secret_file: 'secret' },
  people: [{ username: 'ada', password_file: 'secret' }],
  services: [{ audience: 'http://a.localhost:4001', path: '/orders' }],
  links: [{ name: 'feed', listen: '127.0.0.1:5001', to: '[::1]:4000' }],
  processes: [{ name: 'redis', pid_file: 'redis.pid' }],
}

function planOf(t: Test, change: Readonly<Record<string, unknown>> = {}) {
  const folder = t.testdir({ secret: 'the secret itself\n' })
  const file = join(folder, 'chaos.yaml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ ...GOOD, ...change }))
  return () => readPlan(file)
}

t.test('a cluster file is read with its defaults', async (t) => {
  const plan = planOf(t)()
  t.match(plan, {
    issuerAddresses: ['http://sso.localhost:4000'],
    app: { clientId: 'chaos', clientSecret: 'the secret itself' },
    services: [{ address: 'http://a.localhost:4001' }],
    links: [{ listen: { host: '127.0.0.1', port: 5001 }, to: { host: '::1', port: 4000 } }],
    processes: [{ supervised: false }],
    faultMs: 7000,
    requestsPerSecond: 50,
  })
  t.equal(plan.rounds, undefined)
})

t.test('commands run in the folder of the file, and may have empty arguments', async (t) => {
  const command = ['sh', '-c', 'printf %s "$0$EMPTY" > here; pwd >> here', '']
  const plan = planOf(t, { processes: [{ name: 'x', command, env: { EMPTY: '' } }] })()
  const [process] = plan.processes
  t.strictSame(process?.command, command)
  if (!process) return
  const part = partOf(process, 1000, { PATH: '/bin:/usr/bin' })
  await part.start()
  t.teardown(part.stop)
  t.equal(process.folder, t.testdirName)
  while (!existsSync(join(t.testdirName, 'here'))) await new Promise(setImmediate)
})

t.test('the cluster file of the manual can be read', async (t) => {
  const manual = new URL('../../../docs/operate/chaos/cluster.yaml', import.meta.url)
  const text = readFileSync(manual, 'utf8')
  const secrets = [...text.matchAll(/_file: secrets\/([\w-]+)/g)].map(([, name = '']) => name)
  const folder = t.testdir({ secrets: Object.fromEntries(secrets.map((name) => [name, 'x'])) })
  writeFileSync(join(folder, 'chaos.yaml'), text)
  t.match(readPlan(join(folder, 'chaos.yaml')), {
    services: { length: 2 },
    links: { length: 3 },
    processes: { length: 5 },
    faultMs: 7000,
  })
})

/** What is changed, and what the message says. Nothing of a secret stands in it. */
const FAULTS: [change: Record<string, unknown>, message: RegExp][] = [
  [
    { test_cluster: false },
    /^test_cluster: expected true: .*, received false \[chaos-no-test-cluster\]$/,
  ],
  [
    { isuer: 'x' },
    /^the file: expected only test_cluster, .*, received a member isuer \[chaos-plan\]$/,
  ],
  [{ issuer: 'sso' }, /^issuer: expected an http or https address, received sso/],
  [{ lease_ms: 1.5 }, /^lease_ms: expected a whole number of at least 100, received 1.5/],
  [{ people: [] }, /^people: expected a list that is not empty, received a list/],
  [
    { app: { client_id: 'x', secret_file: 'none' } },
    /^app.secret_file: expected a file, received .*none, which/,
  ],
  [{ app: { client_id: 'x', secret: 'hush' } }, /received a member secret \[/],
  [
    { links: [{ name: 'x', listen: '5001', to: 'h:1' }] },
    /^links\[0\].listen: expected HOST:PORT, received "5001"/,
  ],
  [{ processes: [{ name: 'x' }] }, /^processes\[0\]: expected either command or pid_file/],
  [
    { processes: [{ name: 'x', command: ['redis-server', '--port', 6390] }] },
    /^processes\[0\].command\[2\]: expected a text, in quotes .*, received 6390/,
  ],
  [
    { processes: [{ name: 'x', pid_file: 'p', ready: 'yes' }] },
    /^processes\[0\].ready: expected http/,
  ],
  [{ faults: ['flood'] }, /^faults\[0\]: expected one of cut, stall, .*, received "flood"/],
]

t.test('a faulty cluster file says where, what and what was expected', async (t) => {
  for (const [change, message] of FAULTS) {
    t.throws(planOf(t, change), { message, name: 'InputError' }, JSON.stringify(change))
  }
  t.throws(() => readPlan('/nowhere/chaos.yaml'), InputError)
})

t.test(
  'the seed alone decides the order, and nothing comes twice before all came once',
  async (t) => {
    const faults = ['a', 'b', 'c', 'd', 'e'].map(
      (name): Fault => ({ kind: 'cut', name, begin: () => {}, mend: () => {} }),
    )
    const order = (seed: number) => orderOf(faults, 12, seed).map(({ name }) => name)
    t.strictSame(order(7), order(7))
    t.notSame(order(7), order(8))
    t.strictSame(order(7).slice(0, 5).sort(), ['a', 'b', 'c', 'd', 'e'])
    t.strictSame(order(7).slice(5, 10).sort(), ['a', 'b', 'c', 'd', 'e'])
    t.strictSame(orderOf([], 3, 1), [])
  },
)
