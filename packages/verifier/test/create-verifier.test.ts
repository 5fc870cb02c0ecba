/** `createVerifier`: start, loss and return of the issuer, end. The network is in memory, time is simulated. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InputError } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { createVerifier, VerifierNotReady, type VerifierOptions } from '../src/index.ts'
import { claims, entry, ISSUER, SERVICE, sign } from './scene.ts'
import { scriptedIssuer } from './scripted-issuer.ts'

function start(change: Partial<VerifierOptions> = {}) {
  const issuer = scriptedIssuer()
  const time = simulatedTime()
  const options: VerifierOptions = {
    ...{ issuer: ISSUER, service: SERVICE, clock: time.clock, scheduler: time.scheduler },
    credentials: { clientId: SERVICE, clientSecret: 'correct horse' },
    connect: issuer.connect,
    random: { bytes: (count) => Buffer.alloc(count) },
    ...change,
  }
  return { issuer, time, options, creating: () => createVerifier(options) }
}

/** Lets everything that is under way in memory arrive. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

t.test('it resolves with keys, entries and a lease, and decides', async (t) => {
  const { issuer, creating } = start()
  issuer.append(entry(11, 'session', 's0_b'))
  const verifier = await creating()
  t.match(verifier.verify(sign()), { kind: /^valid$/ })
  t.match(verifier.verify(sign({ sid: 's0_b' })), { reason: 'session_ended' })
  t.match(verifier, { issuer: ISSUER, service: SERVICE })
  t.match(verifier.status(), { connected: true, leaseMs: 5000, entries: 1 })
  issuer.append(entry(12, 'session', 's0_a'))
  t.match(verifier.verify(sign()), { reason: 'session_ended' }, 'the moment the entry arrives')
  await verifier.close()
})

t.test(
  'the issuer goes away: services go on until the lease ends, then nothing is valid',
  async (t) => {
    const { issuer, time, creating } = start()
    const verifier = await creating()
    issuer.refuse(503)
    issuer.cut()
    time.advance(4999)
    t.match(verifier.verify(sign()), { kind: /^valid$/ })
    time.advance(1)
    t.match(verifier.verify(sign()), { kind: 'stale' })
    t.match(verifier.status(), { connected: false, leaseMs: 0 })
    issuer.append(entry(11, 'user', 'u_ada'))
    issuer.refuse(undefined)
    for (let i = 0; i < 20; i++) {
      time.advance(1000)
      await settle()
    }
    t.match(verifier.verify(sign()), { reason: 'user_ended' }, 'what was missed is known at once')
    t.match(verifier.status(), { connected: true, reconnects: 1 })
    await verifier.close()
  },
)

t.test(
  'an issuer that lost its store grants no lease, and verifiers close (attack J10)',
  async (t) => {
    const { issuer, time, creating } = start()
    const verifier = await creating()
    issuer.grant(false)
    for (let i = 0; i < 5; i++) {
      t.match(verifier.verify(sign()), { kind: /^valid$/ })
      time.advance(1000)
      await settle()
    }
    t.match(verifier.verify(sign()), { kind: 'stale' })
    issuer.grant(true)
    for (let i = 0; i < 4; i++) {
      time.advance(1000)
      await settle()
    }
    t.match(verifier.verify(sign()), { kind: /^valid$/ })
    await verifier.close()
  },
)

t.test('the catalogue is published, and again after a reconnect', async (t) => {
  const { issuer, time, creating } = start()
  const verifier = await creating()
  const routes = [{ method: 'GET', pattern: '/orders' }]
  const published = () => issuer.heard.filter((message) => message.t === 'routes')
  verifier.publishRoutes(routes)
  t.match(published(), [{ routes }])
  issuer.cut()
  time.advance(1)
  await settle()
  t.match(published(), [{ routes }, { routes }])
  await verifier.close()
})

t.test('it fails in time, saying which address and what happened', async (t) => {
  const rows: [
    string,
    Partial<VerifierOptions>,
    (issuer: ReturnType<typeof scriptedIssuer>) => void,
    RegExp,
  ][] = [
    [
      'wrong credentials',
      {},
      (issuer) => issuer.refuse(401),
      /sso\.example\.com .*10000 ms.*HTTP status 401/,
    ],
    [
      'another address',
      { issuerAddress: 'https://10.0.0.1:8443' },
      (issuer) => issuer.refuse(502),
      /10\.0\.0\.1:8443.*502/,
    ],
    ['a shorter time', { startTimeoutMs: 300 }, (issuer) => issuer.refuse(502), /after 300 ms/],
    ['no lease', { startTimeoutMs: 3000 }, (issuer) => issuer.grant(false), /granted none/],
  ]
  for (const [name, change, prepare, message] of rows) {
    const { issuer, time, options, creating } = start(change)
    prepare(issuer)
    const failing = t.rejects(creating(), message, name)
    await settle()
    const { startTimeoutMs = 10_000 } = options
    time.advance(startTimeoutMs - 1)
    await settle()
    time.advance(1)
    const error = await failing
    t.ok(error instanceof VerifierNotReady, name)
    t.equal(issuer.connections, 0, `${name}: no connection is left`)
    t.equal(time.pending, 0, `${name}: no timer is left`)
  }
})

t.test('it goes on trying until then', async (t) => {
  const { issuer, time, creating } = start()
  issuer.refuse(502)
  const creation = creating()
  await settle()
  issuer.refuse(undefined)
  time.advance(9000)
  const verifier = await creation
  t.match(verifier.verify(sign()), { kind: /^valid$/ })
  await verifier.close()
})

t.test('options that cannot work fail before anything is tried', async (t) => {
  const rows: [string, Partial<VerifierOptions>][] = [
    ['issuer-address-insecure', { issuer: 'http://sso.example.com' }],
    ['issuer-address', { issuerAddress: 'sso.example.com' }],
    ['verifier-option', { service: '' }],
    ['verifier-option', { startTimeoutMs: -1 }],
    ['feed-option', { credentials: { clientId: 'a', clientSecret: '' } }],
  ]
  for (const [code, change] of rows) {
    const { issuer, time, creating } = start(change)
    await t.rejects(creating(), { name: 'InputError', code }, code)
    await t.rejects(creating(), InputError)
    t.equal(issuer.connections + time.pending, 0)
  }
})

t.test('close leaves no socket and no timer', async (t) => {
  const { issuer, time, creating } = start()
  const verifier = await creating()
  verifier.watch(claims(), () => {})
  await verifier.close()
  t.equal(issuer.connections, 0)
  t.equal(time.pending, 0)
  t.match(
    verifier.verify(sign()),
    { kind: /^valid$/ },
    'what it knows is believed until the lease ends',
  )
  time.advance(5000)
  t.match(verifier.verify(sign()), { kind: 'stale' })
})

t.test('a process whose verifier failed ends by itself', async (t) => {
  const program = `
    import { createVerifier } from '@latchkey/verifier'
    const credentials = { clientId: 'orders', clientSecret: 'secret' }
    const options = { issuer: 'http://127.0.0.1:1', service: 'orders', credentials, startTimeoutMs: 50 }
    await createVerifier(options).catch((error) => console.log(error.name, error.address))
  `
  const run = spawnSync(
    process.execPath,
    ['-C', '@latchkey/source', '--input-type=module', '-e', program],
    { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8', timeout: 20_000 },
  )
  t.equal(run.stdout, 'VerifierNotReady http://127.0.0.1:1\n')
  t.equal(run.status, 0, 'and not by a signal')
})
