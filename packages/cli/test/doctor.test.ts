/** `latchkey doctor`: what it says of an issuer that answers, and of one that does not. */
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FINDINGS } from '@latchkey/issuer'
import { freePort } from '@latchkey/testkit'
import t from 'tap'
import { DOCTOR_FINDINGS } from '../src/messages/doctor-findings.ts'
import { widthOf } from '../src/text-width.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { fakeIssuer, type Reply, runLine, type Seen, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const FINE = {
  audience: 'https://a.example',
  instance: 'aaaaaaaaaaaa',
  process: 'PPPPPPPPPP',
  connected: true,
  lag_entries: 0,
}
const BEHIND = { ...FINE, instance: 'bbbbbbbbbbbb', lag_entries: 7 }
const UNPLACED = { ...FINE, audience: 'https://b.example', instance: 'cccccccccccc' }
const GONE = { ...FINE, audience: 'https://long.example', connected: false, gone_at: 1_800_000_000 }
const HEALTHY = {
  lease_ms: 5000,
  lease_confirmation_age_ms: 412.7,
  canary: {
    ...{ seconds: 30, runs: 12, failed: 0, unconfirmed: 0, count: 24, max_ms: 18.2 },
    buckets: [
      { le_ms: 5, count: 20 },
      { le_ms: 10, count: 20 },
      { le_ms: 20, count: 24 },
    ],
  },
}
const CHECKS = [{ check: 'store', milliseconds: 1.5, facts: { engine: 'sqlite' } }]

/** What a full disk or a busy machine adds. */
const OF_THIS_MACHINE = /^(disk-|lease-old$)/

interface Faults {
  readonly feed?: object
  readonly verifiers?: readonly object[]
  readonly complete?: boolean
  readonly findings?: readonly object[]
}

/** An issuer with these faults, whose public address is where it listens. */
async function issuerWith(t: { teardown(end: () => void): void }, faults: Faults) {
  const { feed = HEALTHY, verifiers = [FINE], complete = true, findings = [] } = faults
  const doctor = { issuer: '', checks: CHECKS, findings, probe_pass: 'a-pass' }
  const replies: Record<string, Reply | ((seen: Seen) => Reply)> = {
    ...TOKEN_REPLY,
    'GET /admin/v1/feed': { body: feed },
    'GET /admin/v1/verifiers': { body: { verifiers, complete } },
    'GET /admin/v1/doctor': { body: doctor },
    'GET /.well-known/openid-configuration': ({ headers }) => ({
      body: { issuer: `http://${headers.host}` },
    }),
    'GET /probe': ({ headers }) => ({
      headers: {
        'set-cookie': '__Host-latchkey-doctor=x; Path=/; Secure',
        'cache-control': 'no-store',
      },
      body: {
        ...{ host: headers.host, address: '127.0.0.1' },
        ...{ from_trusted_proxy: false, has_forwarded_for: false },
        ...(headers.cookie && { cookie: headers.cookie.split('=')[1] }),
      },
    }),
  }
  const issuer = await fakeIssuer(replies)
  t.teardown(issuer.close)
  const env = { ...issuer.env, LATCHKEY_CLI_ISSUER: `http://sso.localhost:${issuer.port}` }
  return { ...issuer, env }
}

const doctor = (env: Record<string, string>, ...more: string[]) =>
  runLine(['doctor', ...more], { env, now: Date.now })

t.test('the doctor finds what is wrong, and says how to mend it', async (t) => {
  const { canary } = HEALTHY
  const slow = { id: 'redis-slow', severity: 'warning', facts: { milliseconds: 7 } }
  const rows: [faults: Faults, id: string | undefined, says: RegExp][] = [
    [{}, undefined, /Nothing is wrong\./],
    [
      { feed: { ...HEALTHY, lease_confirmation_age_ms: undefined } },
      'lease-none',
      /no lease can be given.* Look whether Redis answers/,
    ],
    [
      { feed: { ...HEALTHY, lease_confirmation_age_ms: 2501 } },
      'lease-old',
      /write that the store confirmed is old/,
    ],
    [{ complete: false }, 'verifiers-unknown', /could not tell/],
    [{ verifiers: [] }, 'verifiers-none', /warning: no service is on the feed/],
    [{ verifiers: [FINE, GONE] }, 'service-gone', /has no verifier on the feed/],
    [{ verifiers: [FINE, { ...FINE, connected: false }] }, undefined, /Nothing is wrong/],
    [{ verifiers: [FINE, BEHIND] }, 'verifier-behind', /\(bbbbbbbbbbbb\) is not up to date/],
    [
      { verifiers: [FINE, { ...UNPLACED, lag_entries: undefined }] },
      'verifier-behind',
      /\(cccccccccccc\) is not up to date/,
    ],
    [
      { feed: { ...HEALTHY, canary: { ...canary, seconds: 0 } } },
      'canary-off',
      /canary is off.* Set feed\.canary_seconds/,
    ],
    [{ feed: { ...HEALTHY, canary: { ...canary, failed: 2 } } }, 'canary-failed', /2 times/],
    [
      { feed: { ...HEALTHY, canary: { ...canary, unconfirmed: 3 } } },
      'canary-unconfirmed',
      /within T, 3 times/,
    ],
    [{ findings: [slow] }, 'redis-slow', /longer than 7 ms\. \[redis-slow\] Run it in the same/],
    [
      { findings: [{ ...slow, id: 'of-tomorrow' }] },
      'of-tomorrow',
      /found of-tomorrow \(milliseconds 7\).* upgrade the command/,
    ],
  ]
  for (const [faults, id, says] of rows) {
    const { env } = await issuerWith(t, faults)
    for (const LANG of ['C', 'zh_CN.UTF-8']) {
      const ran = await doctor({ ...env, LANG })
      t.equal(ran.code, id ? 1 : 0, ran.out)
      t.ok(
        ran.out.split('\n').every((one) => widthOf(one) <= 80),
        ran.out,
      )
      if (LANG === 'C') t.match(ran.out.replace(/\s+/g, ' '), says)
      else if (id && id !== 'of-tomorrow') t.match(ran.out, / {2}! (错误|警告)：/)
    }
    const json = JSON.parse((await doctor(env, '--json')).out)
    t.strictSame(
      json.findings.map((one: { id: string }) => one.id),
      id ? [id] : [],
    )
    for (const one of json.findings) t.match(one, { severity: String, what: String, mend: String })
  }
})

t.test('a note alone is no failure, and the gravest finding comes first', async (t) => {
  const note = { id: 'redis-fsync-unknown', severity: 'note', facts: {} }
  const error = { id: 'postgres-fsync', severity: 'error', facts: {} }
  const quiet = await issuerWith(t, { findings: [note] })
  const ran = await doctor(quiet.env)
  t.match(ran, { code: 0, err: '', out: /note: how often Redis writes/ })
  const loud = await issuerWith(t, { findings: [note, error], verifiers: [] })
  const { out } = await doctor(loud.env, '--json')
  const order = JSON.parse(out).findings.map(({ severity }: { severity: string }) => severity)
  t.strictSame(order, ['error', 'warning', 'note'])
})

t.test('every finding of the issuer has its texts here, and no text has a gap', (t) => {
  for (const id of Object.keys(FINDINGS)) t.ok(Object.hasOwn(DOCTOR_FINDINGS, id), id)
  for (const [id, { what, mend }] of Object.entries(DOCTOR_FINDINGS)) {
    const names = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([name]) => name).sort()
    t.strictSame(names(what.zh), names(what.en), id)
    t.strictSame(names(mend.zh), names(mend.en), id)
    t.match(what.en, /^[a-zA-Z{].*[.}]$/, id)
  }
  t.end()
})

t.test('docs/operate/doctor.md lists every finding as it is said', (t) => {
  const page = new URL('../../../docs/operate/doctor.md', import.meta.url)
  const listed = readFileSync(page, 'utf8').match(/^\| `[a-z-]+` \| .* \|$/gm)
  const rows = Object.entries(DOCTOR_FINDINGS).map(([id, { what }]) => `| \`${id}\` | ${what.en} |`)
  t.strictSame(listed, rows)
  t.end()
})

t.test('the canary is plotted, a line for each step that was taken', async (t) => {
  const feed = { ...HEALTHY, canary: { ...HEALTHY.canary, count: 25 } }
  const { env } = await issuerWith(t, { feed })
  const { out } = await doctor(env)
  const plot = out.split('\n').filter((one) => one.includes('█'))
  t.strictSame(plot, [
    `  ≤ 5 ms      ${'█'.repeat(40)}  20`,
    `  ≤ 20 ms     ${'█'.repeat(8)}${'░'.repeat(32)}  4`,
    `  > 20 ms     ${'█'.repeat(2)}${'░'.repeat(38)}  1`,
  ])
  t.match(out, 'Leases of 5000 ms rest on a write of 413 ms ago.')
  t.match(out, /^ {2}store {8}engine sqlite, 1\.5 ms$/m)
  t.match(out, /^ {2}probe {8}host sso\.localhost:\d+, address 127\.0\.0\.1, cookie survives,/m)
})

t.test('a real issuer: what it stands on, its public address, and then without it', async (t) => {
  const cwd = t.testdir({})
  const issuer = await smallIssuer(cwd)
  const up = await runLine(['doctor', '--json'], { cwd, now: Date.now })
  const seen = JSON.parse(up.out)
  t.equal(seen.issuer, issuer.issuer)
  t.strictSame(
    seen.checks.map(({ check }: { check: string }) => check),
    ['process', 'store', 'directory', 'keys', 'clients', 'address', 'discovery', 'probe'],
  )
  t.strictSame(
    seen.findings
      .map(({ id }: { id: string }) => id)
      .filter((id: string) => !OF_THIS_MACHINE.test(id)),
    ['verifiers-none'],
  )
  t.match(up, { code: 1, err: /doctor-findings/ })
  t.notMatch(up.out, /eyJ|probe_pass/, 'no token and no pass')
  await issuer.close()

  const env = { PASSWORD_OF_ADA: 'ada-ada-ada' }
  const idsOf = async (...more: string[]) => {
    const ran = await runLine(['doctor', '--json', ...more], { cwd, env, now: Date.now })
    t.equal(ran.code, 1, ran.err)
    const { findings } = JSON.parse(ran.out)
    return findings
      .map(({ id }: { id: string }) => id)
      .filter((id: string) => !OF_THIS_MACHINE.test(id))
  }
  t.strictSame(await idsOf(), ['issuer-silent', 'address-dead'])
  chmodSync(join(cwd, '.latchkey'), 0o707)
  t.strictSame(await idsOf(), ['issuer-silent', 'data-folder-open', 'address-dead'])
  chmodSync(join(cwd, '.latchkey'), 0o700)
  writeFileSync(join(cwd, 'broken.yaml'), 'isuer: http://sso.localhost:1\n')
  t.strictSame(await idsOf('--config', 'broken.yaml'), [
    'issuer-silent',
    'settings',
    'address-dead',
  ])
})

t.test(
  'settings alone are enough to begin with, and nothing at all is said to be so',
  async (t) => {
    const settings = `issuer: http://sso.localhost:${await freePort()}\n`
    const cwd = t.testdir({ 'latchkey.yaml': settings })
    const env = { HOME: cwd, PASSWORD_OF_ADA: 'x' }
    const ran = await runLine(['doctor'], { cwd, env, now: Date.now })
    t.match(ran, { code: 1, out: /nothing answers at the public.*warning: no issuer was asked/s })
    t.match(ran.out, /directory {4}engine sqlite, state new/)
    t.strictSame(readdirSync(cwd), ['latchkey.yaml'], 'it has made nothing')
    const other = await issuerWith(t, {})
    other.close()
    const elsewhere = await runLine(['doctor'], { cwd, env: other.env, now: Date.now })
    t.match(elsewhere, { code: 1, out: /issuer says nothing of itself/ })
    t.notMatch(elsewhere.out, 'directory', 'settings of another issuer are not looked at')
    const nowhere = await runLine(['doctor'], { cwd: t.testdir({}), env: { HOME: cwd } })
    t.match(nowhere, { code: 2, out: '', err: /no-credentials/ })
  },
)
