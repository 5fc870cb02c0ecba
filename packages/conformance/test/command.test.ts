import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { fold } from '../src/command/fold.ts'
import { sayIn } from '../src/command/messages/messages.ts'
import { run } from '../src/command/run.ts'
import { startMute } from './broken/start-mute.ts'
import { freePort } from './fixtures/free-port.ts'
import { widthOf } from './fixtures/width-of.ts'

async function runLine(argv: readonly string[], env: Record<string, string> = {}) {
  const out: string[] = []
  const err: string[] = []
  const code = await run(argv, {
    env,
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
  })
  return { code, out: out.join(''), err: err.join('') }
}

let files = 0
function fileWith(t: Test, content: object | string): string {
  files += 1
  const file = join(t.testdirName, `op-${files}.json`)
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return file
}

t.test('the help names every option and exit code, in 80 columns, in both languages', async (t) => {
  for (const env of [{}, { LANG: 'zh_CN.UTF-8' }]) {
    const { code, out } = await runLine(['--help'], env)
    t.equal(code, 0)
    for (const option of ['config', 'only', 'json', 'list', 'verbose', 'help', 'version']) {
      t.match(out, `--${option}`)
    }
    t.match(out, / {2}0 {2}.*\n {2}1 {2}.*\n {2}2 {2}.*\n {2}3 {2}/)
    for (const line of out.split('\n')) t.ok(widthOf(line) <= 80, line)
  }
  t.match((await runLine([])).out, 'Usage: latchkey-conformance')
  t.match((await runLine(['--help'], { LC_ALL: 'zh_TW' })).out, '用法')
  t.match((await runLine(['--version'])).out, /^\d+\.\d+\.\d+\n$/)
})

t.test('--list shows every rule with its section, in 80 columns', async (t) => {
  const { code, out } = await runLine(['--list'])
  t.equal(code, 0)
  t.match(out, 'token.code-once (MUST, RFC 6749 §4.1.2)')
  for (const line of out.split('\n')) t.ok(widthOf(line) <= 80, line)
})

t.test('what is wrong with a command line or a file is said, and nothing is tried', async (t) => {
  t.testdir()
  const good = { issuer: 'http://127.0.0.1:1', user: { username: 'a', password: 'b' }, clients: {} }
  const cases: [argv: string[], message: RegExp][] = [
    [['--no-such-option'], /Unknown option --no-such-option/],
    [['--config'], /--config/],
    [['op.json'], /"op\.json"/],
    [['--json'], /--config FILE/],
    [['--config', '/no/such/file'], /\/no\/such\/file cannot be read: ENOENT/],
    [['--config', fileWith(t, '{')], /no JSON/],
    [['--config', fileWith(t, good), '--only', 'nothing'], /begins with nothing/],
  ]
  for (const [argv, message] of cases) {
    const { code, out, err } = await runLine(argv)
    t.equal(code, 2, argv.join(' '))
    t.equal(out, '')
    t.match(err, message)
  }
})

t.test('every fault of the settings is told at once, with its place', async (t) => {
  t.testdir()
  const file = fileWith(t, {
    issuer: 'sso.example.com',
    user: { username: 'ada' },
    clients: {
      basic: { client_id: 'a', redirect_uri: 'x' },
      assertion: { client_id: 'b', token_endpoint_auth_method: 'private_key_jwt' },
      no_such_role: {},
    },
    listen: 'nowhere',
    code_seconds: 0,
    more: true,
  })
  const { err } = await runLine(['--config', file])
  for (const place of [
    'issuer: is string, expected an http or https URL',
    'user.password: missing',
    'clients.basic.client_secret: missing',
    'clients.assertion.jwks: missing',
    'clients.no_such_role: unknown',
    'listen: is string, expected HOST:PORT',
    'code_seconds: is number',
    'more: unknown',
  ]) {
    t.match(err, place)
  }
  for (const line of err.split('\n')) t.ok(line.length <= 80, line)
})

t.test('an issuer that cannot be reached, or is none, is no broken rule', async (t) => {
  t.testdir()
  const issuer = `http://127.0.0.1:${await freePort()}`
  const settings = { issuer, user: { username: 'a', password: 'b' }, clients: {} }
  const { code, err } = await runLine(['--config', fileWith(t, settings)])
  t.equal(code, 3)
  t.match(err, /cannot\s+be\s+reached/)
})

t.test('results are told as text and as JSON', async (t) => {
  t.testdir()
  const port = await freePort()
  const mute = await startMute(port)
  t.teardown(() => mute.close())
  const issuer = `http://127.0.0.1:${port}`
  const client = { client_id: 'a', client_secret: 'b', redirect_uri: 'https://client.example/' }
  const settings = { issuer, user: { username: 'a', password: 'b' }, clients: { basic: client } }
  const file = fileWith(t, settings)

  const text = await runLine(['-c', file, '--only', 'discovery,jwks.keys', '--verbose'])
  t.equal(text.code, 1)
  t.match(text.out, /^FAIL discovery\.required \(Discovery §3\)/m)
  t.match(text.out, /^ok {3}discovery\.issuer-form/m)
  t.match(text.out, /^ {5}received: missing members/m)
  t.match(text.out, /\d+ passed, \d+ failed, \d+ warnings, \d+ skipped\n$/)
  for (const line of text.out.split('\n')) t.ok(widthOf(line) <= 80, line)

  const quiet = await runLine(['-c', file, '--only', 'discovery.issuer-form'])
  t.equal(quiet.code, 0)
  t.equal(quiet.out, '\n1 passed, 0 failed, 0 warnings, 0 skipped\n')

  const json = await runLine(['-c', file, '--only', 'client', '--json'])
  const report = JSON.parse(json.out)
  t.equal(report.issuer, issuer)
  t.equal(report.failed + report.passed + report.warnings + report.skipped, report.rules.length)
  const post = report.rules.find(({ id }: { id: string }) => id === 'client.post')
  t.match(post.outcome, { kind: 'skipped', reason: 'the settings have no client "post"' })
  const module = report.modules.find(({ name }: { name: string }) => /secret-post/.test(name))
  t.match(module, { name: 'oidcc-server-client-secret-post', outcome: 'skipped' })
})

t.test('text of an issuer cannot steer the terminal', async (t) => {
  t.same(fold('a\u001b[2Jb\u202ec', 2), ['a\ufffd[2Jb\ufffdc'])
  const lines = fold(`${'word '.repeat(40)}${'x'.repeat(200)}`, 4)
  for (const [index, line] of lines.entries()) {
    t.ok(line.length <= 80, line)
    if (index > 0) t.match(line, /^ {4}\S/)
  }
  t.equal(sayIn({})('summary', { passed: 1 }).includes('1 passed'), true)
})
