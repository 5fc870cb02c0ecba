import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import t from 'tap'
import { signInElsewhere } from './fixtures/other-browser.ts'
import { otherProvider } from './fixtures/other-provider.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { fakeIssuer, runLine } from './fixtures/stand-ins.ts'

const folder = t.testdir({ home: {}, secret: 'a secret of the robot, long enough\n' })
const secret = join(folder, 'secret')
// Nobody but the owner, or it is not read.
const { chmodSync } = await import('node:fs')
chmodSync(secret, 0o600)
const other = await otherProvider()
t.teardown(other.close)
const small = await smallIssuer(folder)
t.teardown(() => small.close())

const env = { XDG_CONFIG_HOME: join(folder, 'home') }
const robot = ['--issuer', other.issuer, '--client-id', 'robot', '--client-secret-file', secret]
const API = 'https://api.example.com'
/** Tokens are made by the clock of the machine. */
const now = () => Date.now()

const opening = (open: (url: string) => Promise<unknown>) => (text: string) => {
  const url = /^http\S+$/m.exec(text)?.[0]
  if (url !== undefined) void open(url)
}

t.test('RFC 6749 section 4.4: a client gets tokens of its own, at any provider', async (t) => {
  const obtained = await runLine(['token', 'obtain', ...robot, '--resource', API], { env })
  t.equal(obtained.code, 0, obtained.err)
  t.match(obtained.err, /^It ends in \d+ s\.\n$/)
  const token = obtained.out.trim()
  t.match(decodeJwt(token), { aud: API, client_id: 'robot' })

  const verify = (...more: string[]) =>
    runLine(['token', 'verify', '--issuer', other.issuer, ...more], { env, stdin: token, now })
  t.match(await verify(), { code: 0, out: /^The token is good\.\n/ })
  t.match(await verify('--service', API), { code: 0 })
  t.match(await verify('--service', 'https://else.example'), { code: 1, err: /another service/ })
  t.match(await verify('--json'), { code: 0, out: /"form": "access_token"/ })
  const later = { env, stdin: token, now: () => Date.now() + 3_600_000 }
  t.match(await runLine(['token', 'verify', '--issuer', other.issuer], later), {
    code: 1,
    err: /expired/,
  })
  const [header, payload, signature = ''] = token.split('.')
  const spoilt = `${header}.${payload}.${signature[0] === 'A' ? 'B' : 'A'}${signature.slice(1)}`
  const wrong = await runLine(['token', 'verify', '--issuer', other.issuer], {
    env,
    stdin: spoilt,
    now,
  })
  t.match(wrong, { code: 1, err: /signature is wrong/ })
  t.notMatch(wrong.err, signature, 'the token is not shown')
})

t.test('attack H6: no answer of a provider steers the terminal', async (t) => {
  const hostile: Awaited<ReturnType<typeof fakeIssuer>> = await fakeIssuer({
    'GET /.well-known/openid-configuration': () => ({ body: discovery }),
    'POST /token': { body: { access_token: 'a\u001b]0;x\u0007\u061cb', token_type: 'Bearer' } },
  })
  t.teardown(hostile.close)
  const base = `http://127.0.0.1:${hostile.port}`
  const discovery = { issuer: base, token_endpoint: `${base}/token` }
  const line = ['token', 'obtain', '--issuer', base, ...robot.slice(2)]
  t.match(await runLine(line, { env }), { code: 0, out: 'a\ufffd]0;x\ufffd\ufffdb\n' })
})

t.test('RFC 9449: with --dpop the token is bound to a key that is kept', async (t) => {
  const key = join(folder, 'dpop.jwk')
  const bound = async () => {
    const line = ['token', 'obtain', ...robot, '--resource', API, '--dpop', key]
    const { code, out, err } = await runLine(line, { env })
    t.equal(code, 0, err)
    return decodeJwt<{ cnf: { jkt: string } }>(out.trim()).cnf.jkt
  }
  const first = await bound()
  t.match(first, /^[\w-]{43}$/)
  t.equal(statSync(key).mode & 0o777, 0o600)
  t.equal(await bound(), first, 'the same key the second time')
  writeFileSync(key, '{"d": "half-a-key"}')
  const spoilt = await runLine(['token', 'obtain', ...robot, '--dpop', key], { env })
  t.match(spoilt, { code: 2, err: /not-a-dpop-key/ })
  t.notMatch(spoilt.err, 'half-a-key')
})

t.test('a person gets tokens by the browser, and more by their refresh token', async (t) => {
  const tool = ['--issuer', other.issuer, '--client-id', 'tool']
  const line = ['token', 'obtain', ...tool, '--grant', 'code', '--no-browser', '--json']
  const heard = opening((url) => signInElsewhere(url, other.issuer))
  const obtained = await runLine(line, { env, heard })
  t.equal(obtained.code, 0, obtained.err)
  const tokens = JSON.parse(obtained.out)
  t.match(tokens, { refresh_token: /./, id_token: /^ey/ })
  const verify = await runLine(['token', 'verify', '--issuer', other.issuer], {
    env,
    stdin: tokens.id_token,
    now,
  })
  t.match(verify, { code: 0, out: /^The ID token is good\.\n[\s\S]*sub +ada/ })
  const again = ['token', 'obtain', ...tool, '--grant', 'refresh']
  t.match(await runLine(again, { env, stdin: tokens.refresh_token }), { code: 0, out: /^\S+\n$/ })
  const wrong = await runLine(again, { env, stdin: 'made-up' })
  t.match(wrong, { code: 1, err: /refuses \(invalid_grant\)/ })
  const chinese = await runLine(again, { env: { ...env, LANG: 'zh_CN.UTF-8' }, stdin: 'made-up' })
  t.match(
    chinese.err.replace(/\s+/g, ''),
    /拒绝（invalid_grant）：.*令牌.*。.*\[provider-refused\]/,
  )
  t.match(await runLine(again, { env, stdin: '' }), { code: 2, err: /token-missing/ })
})

t.test('at an issuer of our own: the machine of this folder, and the login', async (t) => {
  const machine = await runLine(['token', 'obtain'], { cwd: folder })
  t.match(decodeJwt(machine.out.trim()), { sub: 'svc:latchkey-cli', aud: small.issuer })
  t.match(await runLine(['token', 'verify'], { cwd: folder, stdin: machine.out, now }), { code: 0 })
  t.match(await runLine(['token', 'obtain', '--scope', 'openid'], { cwd: folder }), {
    code: 1,
    err: /invalid_scope/,
  })

  t.match(await runLine(['token', 'obtain'], { env }), { code: 2, err: /no-client/ })
  const heard = opening(small.signIn)
  t.match(await runLine(['login', small.issuer, '--no-browser'], { env, heard }), { code: 0 })
  const own = await runLine(['token', 'obtain'], { env })
  t.match(decodeJwt(own.out.trim()), { sub: /^u_/, aud: small.issuer, routes: ['* /admin/v1/*'] })
  const other = await runLine(['token', 'obtain', '--resource', 'http://reports.localhost'], {
    env,
  })
  t.match(
    other,
    { code: 1, err: /invalid_target/ },
    'the client of the login is not for that service',
  )
  t.match(await runLine(['users', 'list'], { env }), { code: 0 }, 'the login is as it was')
})

t.test(
  'RFC 8693: a service exchanges the token that it was called with, and is the actor',
  async (t) => {
    const [desk, reports] = ['http://desk.localhost', 'http://reports.localhost']
    const exchanging = '["urn:ietf:params:oauth:grant-type:token-exchange"]'
    const made = async (...line: string[]) => {
      const { code, out, err } = await runLine([...line, '--json'], { cwd: folder })
      t.equal(code, 0, err)
      return JSON.parse(out)
    }
    const { client_secret } = await made(
      ...['clients', 'add', 'desk', '--set', `grant_types=${exchanging}`, '--service', reports],
    )
    await made('services', 'add', desk, '--name', 'Desk', '--client', 'desk')
    await made(
      ...['clients', 'add', 'window', '--auth', 'none', '--grant-type', 'authorization_code'],
      ...['--redirect-uri', 'http://127.0.0.1/callback', '--service', desk],
    )
    const window = ['--issuer', small.issuer, '--client-id', 'window', '--resource', desk]
    const called = await runLine(
      ['token', 'obtain', ...window, '--grant', 'code', '--no-browser'],
      {
        env,
        heard: opening(small.signIn),
      },
    )
    t.equal(called.code, 0, called.err)

    const file = join(folder, 'desk-secret')
    writeFileSync(file, client_secret, { mode: 0o600 })
    const line = ['token', 'obtain', '--issuer', small.issuer, '--client-id', 'desk', '--grant']
    const exchange = (stdin: string, ...more: string[]) =>
      runLine([...line, 'exchange', '--client-secret-file', file, ...more], { env, stdin })
    const { sub, sid } = decodeJwt<{ sub: string; sid: string }>(called.out.trim())
    for (const name of ['--resource', '--audience']) {
      const exchanged = await exchange(`${called.out}\n`, name, reports)
      t.equal(exchanged.code, 0, exchanged.err)
      t.match(decodeJwt(exchanged.out.trim()), {
        ...{ aud: reports, sub, sid, client_id: 'desk', act: { sub: 'svc:desk' } },
        routes: ['GET /reports/*'],
      })
    }
    const json = JSON.parse((await exchange(called.out, '--resource', reports, '--json')).out)
    t.match(json, { issued_token_type: /access_token$/, token_type: /^bearer$/i })
    t.equal(json.refresh_token, undefined)
    const dpop = ['--dpop', join(folder, 'dpop-of-desk.jwk')]
    const bound = await exchange(called.out, '--resource', reports, ...dpop)
    t.match(decodeJwt(bound.out.trim()), { cnf: { jkt: /^[\w-]{43}$/ } }, bound.err)

    const refused: [stdin: string, code: number, says: RegExp][] = [
      ['', 2, /token-missing/],
      ['made-up', 1, /refuses \(invalid_request\)/],
      [json.access_token, 1, /invalid_request/],
    ]
    for (const [stdin, code, says] of refused) {
      const ran = await exchange(stdin, '--resource', reports)
      t.equal(ran.code, code, ran.err)
      t.match(ran.err.replace(/\s+/g, ' '), says)
      t.equal(ran.out, '')
    }
    t.match(await exchange(called.out, '--resource', small.issuer), {
      code: 1,
      err: /invalid_target/,
    })
  },
)

t.test('who asks whom is said, or asked for', async (t) => {
  const wrong = join(folder, 'wrong')
  writeFileSync(wrong, 'the secret of somebody else, long enough\n', { mode: 0o600 })
  const rows: [line: string[], code: number, says: RegExp][] = [
    [
      ['--client-id', 'robot', '--client-secret-file', 'nowhere', '--issuer', other.issuer],
      2,
      /no-client-secret/,
    ],
    [['--issuer', other.issuer], 2, /no-client\b/],
    [[...robot.slice(0, 2), '--client-id', 'nobody'], 4, /client-refused/],
    [[...robot.slice(0, 4), '--client-secret-file', wrong], 4, /invalid_client.*client-refused/],
    [
      ['--client-id', 'latchkey-cli', '--client-secret-file', wrong, '--issuer', small.issuer],
      4,
      /refuses the client \(invalid_client\).*client-refused/,
    ],
    [['--grant', 'password'], 2, /unknown-choice/],
    [['--grant', 'login'], 2, /no-login/],
  ]
  for (const [line, code, says] of rows) {
    const ran = await runLine(['token', 'obtain', ...line], { cwd: folder })
    t.equal(ran.code, code, `${line} ${ran.err}`)
    t.match(ran.err.replace(/\s+/g, ' '), says)
    t.notMatch(ran.err, readFileSync(secret, 'utf8').trim())
  }
})
