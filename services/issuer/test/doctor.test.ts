/** GET /admin/v1/doctor, GET /probe, and what can be said without an issuer. */
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { openMigrations } from '@latchkey/directory'
import { StoreUnavailable, systemClock } from '@latchkey/protocol'
import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { examineClients } from '../src/doctor/client-check.ts'
import { examineOffline } from '../src/doctor/examine-offline.ts'
import type { Examined } from '../src/doctor/finding.ts'
import { type DoctorAnswer, runChecks } from '../src/doctor/run-checks.ts'
import { adminCaller } from './fixtures/admin-caller.ts'
import { CALLBACK, ISSUER, ORDERS, testIssuer } from './test-issuer.ts'

const ids = ({ findings }: Pick<Examined, 'findings'>) => findings.map(({ id }) => id)
const YEAR = 366 * 86_400

t.test('keys and clients that were forgotten are found in the directory itself', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { send } = await adminCaller(issuer)
  const look = async (): Promise<DoctorAnswer> => (await send('GET', 'doctor')).json()
  const first = await look()
  t.strictSame(
    first.checks.map(({ check }) => check),
    ['process', 'store', 'directory', 'keys', 'clients'],
  )
  const weak = first.findings.find(({ id }) => id === 'secret-weak')
  t.match(weak, { severity: 'error', facts: { count: 5, clients: /^foreign, operator, / } })
  t.notOk(
    ids(first).some((id) => /^(key|secret-old|check)/.test(id)),
    ids(first).join(),
  )

  await issuer.directory.serviceKeys.prepare(ORDERS, issuer.now() - 3601)
  t.ok(ids(await look()).includes('key-pending'))
  await issuer.directory.serviceKeys.promote(ORDERS, 2, issuer.now() - 3601 - 3601)
  t.ok(ids(await look()).includes('key-retiring'))
  issuer.advance(YEAR)
  const { send: later } = await adminCaller(issuer)
  const old: DoctorAnswer = (await later('GET', 'doctor')).json()
  t.match(
    old.findings.find(({ id }) => id === 'key-old'),
    { facts: { days: 366 } },
  )
  t.match(
    old.findings.find(({ id }) => id === 'secret-old'),
    { facts: { count: 5 } },
  )
})

t.test('an app on a server that answers by http is found where the issuer has https', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { directory } = issuer
  const clock = { nowMs: () => issuer.now() * 1000, monotonicMs: () => 0 }
  const at = async (address: string) =>
    (await examineClients({ issuer: address, directory, clock })).findings.filter(
      ({ id }) => id === 'redirect-plain',
    )
  t.strictSame(await at(ISSUER), [], 'on a developer’s machine it is right')
  t.ok(CALLBACK.startsWith('http://'))
  t.match(
    await at('https://sso.example.com'),
    [{ facts: { count: 1, clients: 'orders' } }],
    'and a native app without a secret is no finding',
  )
  await issuer.directory.clients.setDisabled('orders', true)
  t.strictSame(await at('https://sso.example.com'), [], 'nor one that is disabled')
})

t.test('a part that hangs or fails is a finding, and the rest is told', async (t) => {
  const answer = await runChecks(
    {
      hangs: () => new Promise<Examined>(() => {}),
      fails: () => Promise.reject(new StoreUnavailable('Redis')),
      breaks: () => Promise.reject(new TypeError('postgres://u:hunter2@h')),
      works: async () => ({ facts: { version: '1' }, findings: [] }),
    },
    20,
  )
  t.strictSame(
    answer.findings.map(({ id, facts }) => [id, facts['check'], facts['why']]),
    [
      ['check-late', 'hangs', undefined],
      ['check-failed', 'fails', 'Redis is unavailable'],
      ['check-failed', 'breaks', 'TypeError'],
    ],
  )
  t.match(answer.checks.at(-1), { check: 'works', facts: { version: '1' } })
  t.ok((answer.checks[0]?.milliseconds ?? 0) >= 15)
})

t.test('over the admin API, with a Redis that then hangs', async (t) => {
  const server = await startRedis()
  t.teardown(() => server.stop())
  const store = await connectRedisStore({ url: server.url })
  const issuer = await testIssuer({ store })
  t.teardown(() => issuer.close())
  const { send } = await adminCaller(issuer)
  const well = (await send('GET', 'doctor')).json()
  t.match(well, { issuer: ISSUER, checks: [{}, { facts: { append_only: 'no' } }] })
  t.ok(ids(well).includes('redis-append-only'))
  server.pause()
  t.teardown(() => server.resume())
  const hung = await send('GET', 'doctor')
  t.equal(hung.statusCode, 200)
  t.match(
    hung.json().findings.find(({ id }: { id: string }) => id === 'check-failed'),
    { facts: { check: 'store', why: 'Redis is unavailable' } },
  )
})

t.test('the probe says how a request has arrived, to whoever has a pass', async (t) => {
  const issuer = await testIssuer({ trustedProxy: '127.0.0.1' })
  t.teardown(() => issuer.close())
  const { send } = await adminCaller(issuer)
  const { probe_pass: pass } = (await send('GET', 'doctor')).json()
  const ask = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
    issuer.app.inject({ url: '/probe', headers, remoteAddress })

  for (const bad of [undefined, '', 'probe.9999999999.x', `${pass}x`]) {
    const refused = await ask(bad === undefined ? {} : { 'latchkey-probe': bad })
    t.equal(refused.statusCode, 400, String(bad))
  }
  const own = { 'latchkey-probe': pass, host: 'sso.localhost:4000' }
  const plain = await ask(own)
  t.strictSame(plain.json(), {
    host: 'sso.localhost:4000',
    address: '127.0.0.1',
    from_trusted_proxy: true,
    has_forwarded_for: false,
  })
  t.match(
    plain.headers['set-cookie'],
    /^__Host-latchkey-doctor=[\w-]{22}; Max-Age=60; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const value = plain.cookies[0]?.value ?? ''
  const cookie = `__Host-latchkey-doctor=${value}`
  const forwarded = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' }
  t.match((await ask({ ...own, ...forwarded, cookie })).json(), {
    address: '203.0.113.9',
    has_forwarded_for: true,
    forwarded_proto: 'http',
    cookie: value,
  })
  const stranger = (await ask({ ...own, ...forwarded }, '198.51.100.7')).json()
  t.match(stranger, { address: '198.51.100.7', from_trusted_proxy: false })
  issuer.advance(60)
  t.equal((await ask(own)).statusCode, 400, 'a minute later it opens nothing')
})

t.test(
  'without an issuer, settings and databases are looked at, and nothing is made',
  async (t) => {
    const cwd = t.testdir({})
    const env = { LATCHKEY_ISSUER: ISSUER, LATCHKEY_DATA_DIR: cwd }
    chmodSync(cwd, 0o700)
    const blank = await examineOffline({ cwd, env })
    t.match(blank, {
      issuer: ISSUER,
      checks: [{ check: 'process' }, {}, { facts: { state: 'new' } }],
    })
    t.strictSame(ids(blank), [])

    const opened = await openMigrations({ file: join(cwd, 'directory.db') }, systemClock)
    t.teardown(() => opened.close())
    t.strictSame(ids(await examineOffline({ cwd, env })), ['migrations-pending'])
    await opened.up()
    t.strictSame(ids(await examineOffline({ cwd, env })), [])

    const redis = await startRedis({ args: ['--maxmemory-policy', 'allkeys-lru'] })
    t.teardown(() => redis.stop())
    const key = 'q83vEjRWeJq83vEjRWeJAbCdEf0123456789-_xyzZY'
    const withRedis = { ...env, LATCHKEY_REDIS_URL: redis.url, LATCHKEY_MASTER_KEY: key }
    t.ok(ids(await examineOffline({ cwd, env: withRedis })).includes('redis-eviction'))
  },
)
