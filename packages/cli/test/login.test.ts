import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { loopbackReceiver } from '../src/oidc/loopback-receiver.ts'
import { openBrowser } from '../src/oidc/open-browser.ts'
import { signInElsewhere } from './fixtures/other-browser.ts'
import { otherProvider } from './fixtures/other-provider.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { fakeIssuer, NOW_MS, runLine } from './fixtures/stand-ins.ts'

const folder = t.testdir({ home: {}, other: {}, device: {} })
const env = { XDG_CONFIG_HOME: join(folder, 'home') }
const logins = join(folder, 'home', 'latchkey', 'logins')
const small = await smallIssuer(folder)
t.teardown(() => small.close())

/** Runs a command that waits for somebody to open an address, and opens it. */
async function withBrowser(
  line: readonly string[],
  open: (url: string) => Promise<unknown>,
  given: { env: Record<string, string> } = { env },
) {
  let opened: Promise<unknown> = Promise.resolve()
  const heard = (text: string) => {
    const url = /^http\S+$/m.exec(text)?.[0]
    if (url !== undefined) opened = open(url)
  }
  const ran = await runLine(line, { ...given, heard })
  return { ...ran, page: (await opened) as { text: string } | undefined }
}

const stored = () => {
  const [name = ''] = readdirSync(logins)
  const file = join(logins, name)
  return { file, login: JSON.parse(readFileSync(file, 'utf8')) }
}

t.test('RFC 8252: login opens the browser, and commands act as the person', async (t) => {
  t.match(await runLine(['users', 'disable', 'bob'], { env }), { code: 2, err: /No credentials/ })
  const ran = await withBrowser(['login', small.issuer, '--no-browser'], small.signIn)
  t.match(ran, { code: 0, out: `Signed in at ${small.issuer} as ada.\n` })
  t.match(ran.page?.text, 'This window can be closed.')
  t.notMatch(ran.page?.text, /signed in/i, 'it stands there after a no, too')
  const { file, login } = stored()
  t.equal(statSync(file).mode & 0o777, 0o600, 'the file is closed to others')
  t.equal(statSync(logins).mode & 0o777, 0o700)
  t.notMatch(ran.out + ran.err, login.accessToken, 'no token is shown')
  t.match(await runLine(['users', 'add', 'bob', '--no-password'], { env }), { code: 0, err: '' })
  const records = await small.directory.audit.list({ limit: 50 })
  const added = records.find(({ action }) => action === 'user.create')
  const ada = await small.directory.users.findByUsername('ada')
  t.equal(added?.actor.sub, ada?.sub, 'under the name of the person in the audit log')
})

t.test('the token is refreshed when it has ended, and the new refresh token is kept', async (t) => {
  const { file, login } = stored()
  writeFileSync(file, JSON.stringify({ ...login, expiresAt: NOW_MS / 1000 + 10 }))
  t.match(await runLine(['users', 'enable', 'bob'], { env }), { code: 0 })
  const after = stored().login
  t.not(after.refreshToken, login.refreshToken)
  t.not(after.accessToken, login.accessToken)
  t.equal(statSync(file).mode & 0o777, 0o600)

  t.comment('a token that the issuer does not take any more is replaced at once')
  const ada = await small.directory.users.findByUsername('ada')
  await small.end({ kind: 'stale', about: ada?.sub ?? '' }, 'permissions_changed', {
    sub: 'issuer',
  })
  t.match(await runLine(['users', 'enable', 'bob'], { env }), { code: 0 })
  t.not(stored().login.accessToken, after.accessToken)
})

t.test(
  'a login that others can read is not used',
  { skip: process.platform === 'win32' },
  async (t) => {
    const { file, login } = stored()
    writeFileSync(file, JSON.stringify(login))
    chmodSync(file, 0o644)
    t.match(await runLine(['users', 'enable', 'bob'], { env }), { code: 2, err: /chmod 600/ })
    chmodSync(file, 0o600)
  },
)

t.test('RFC 7009: logout revokes what there is, and forgets it', async (t) => {
  const { login } = stored()
  t.match(await runLine(['logout'], { env }), { code: 0, out: /^Signed out: / })
  t.same(readdirSync(logins), [])
  t.match(await runLine(['logout'], { env }), { code: 0, out: 'There is no login to end.\n' })
  t.match(await runLine(['users', 'enable', 'bob'], { env }), { code: 2, err: /No credentials/ })
  writeFileSync(join(logins, 'back.json'), JSON.stringify(login), { mode: 0o600 })
  t.match(await runLine(['users', 'enable', 'bob'], { env }), {
    code: 4,
    err: /has ended\. Sign in again:/,
  })
  writeFileSync(join(logins, 'back.json'), '{"accessToken": "secret-half', { mode: 0o600 })
  const spoilt = await runLine(['users', 'enable', 'bob'], { env })
  t.match(spoilt, { code: 2, err: /cannot be used: JSON/ })
  t.notMatch(spoilt.err, 'secret-half', 'what stands in the file is not shown')
})

t.test('login works at any OpenID provider', async (t) => {
  const other = await otherProvider()
  t.teardown(other.close)
  const home = { env: { XDG_CONFIG_HOME: join(folder, 'other') } }
  t.match(await runLine(['login', other.issuer], home), { code: 2, err: /client-id-missing/ })
  const line = ['login', other.issuer, '--client-id', 'tool', '--no-browser', '--scope', 'openid']
  const open = (url: string) => signInElsewhere(url, other.issuer)
  const ran = await withBrowser(line, open, home)
  t.match(ran, { code: 0, out: `Signed in at ${other.issuer} as ada.\n` })
  t.match(await runLine(['logout', other.issuer], home), { code: 0, out: /revoked and forgotten/ })
})

t.test('an issuer that cannot be spoken to', async (t) => {
  const rows: [address: string, code: number, says: RegExp][] = [
    ['http://sso.example.com', 2, /begins with https/],
    ['sso.example.com', 2, /begins with https/],
    [`http://127.0.0.1:${small.port}`, 1, /is not that of an OpenID provider/],
    ['http://127.0.0.1:9', 3, /cannot be reached at http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED\)/],
  ]
  for (const [address, code, says] of rows) {
    const ran = await runLine(['login', address], { env })
    t.equal(ran.code, code, address)
    t.match(ran.err.replace(/\s+/g, ' '), says)
  }
})

t.test('RFC 8628: with --device somebody signs in elsewhere', async (t) => {
  let polls = 0
  const issuer: Awaited<ReturnType<typeof fakeIssuer>> = await fakeIssuer({
    'GET /.well-known/openid-configuration': () => ({ body: discovery }),
    'POST /device': {
      body: {
        device_code: 'd',
        user_code: 'BCDF-GHJK',
        verification_uri: 'https://sso.example.com/device',
        verification_uri_complete: 'https://sso.example.com/device?user_code=BCDF-GHJK',
        expires_in: 60,
        interval: 0.01,
      },
    },
    'POST /token': () =>
      ++polls < 3
        ? { status: 400, body: { error: 'authorization_pending' } }
        : { body: { access_token: 'from-the-device', token_type: 'Bearer', expires_in: 60 } },
  })
  t.teardown(issuer.close)
  const base = `http://127.0.0.1:${issuer.port}`
  const discovery = {
    issuer: base,
    token_endpoint: `${base}/token`,
    device_authorization_endpoint: `${base}/device`,
  }
  const home = { env: { XDG_CONFIG_HOME: join(folder, 'device') } }
  const line = ['login', base, '--client-id', 'tool', '--scope', 'read', '--device']
  const ran = await runLine(line, home)
  t.match(ran, { code: 0, out: /as tool\.\nIt gave no refresh token: the login ends at 2026-/ })
  t.match(ran.err, 'open https://sso.example.com/device and enter the code BCDF-GHJK')
  t.match(ran.err, 'or open https://sso.example.com/device?user_code=BCDF-GHJK')
  t.equal(polls, 3)
  Object.assign(discovery, { device_authorization_endpoint: undefined })
  t.match(await runLine(line, home), { code: 1, err: /no-device-flow/ })
})

t.test('the loopback address takes the answer of this sign-in only', async (t) => {
  const receiver = await loopbackReceiver({ state: 'right', port: 0, page: 'done' })
  t.teardown(receiver.close)
  const { redirectUri } = receiver
  const stop = new AbortController()
  const received = receiver.received(stop.signal)
  const rows: [what: string, url: string, init?: RequestInit][] = [
    ['another path', redirectUri.replace('callback', 'other?state=right')],
    ['no state', redirectUri],
    ['another state', `${redirectUri}?state=wrong&code=stolen`],
    ['a form', `${redirectUri}?state=right`, { method: 'POST' }],
  ]
  for (const [what, url, init] of rows) t.equal((await fetch(url, init)).status, 404, what)
  const { request } = await import('node:http')
  const status = await new Promise((resolve) => {
    const url = `${redirectUri}?state=right&code=x`
    request(url, { headers: { host: 'evil.example' } }, ({ statusCode }) =>
      resolve(statusCode),
    ).end()
  })
  t.equal(status, 404, 'another host: a name that was made to mean this machine')
  const answer = await fetch(`${redirectUri}?state=right&code=c`)
  t.equal(answer.status, 200)
  t.equal(answer.headers.get('cache-control'), 'no-store')
  t.equal((await received).searchParams.get('code'), 'c')
})

t.test(
  'the browser of the person is started without a shell, or it is said that there is none',
  async (t) => {
    const opened = join(folder, 'opened')
    const script = join(folder, 'browser')
    writeFileSync(
      script,
      `#!/bin/sh\nprintf '%s' "$1" > '${opened}.new' && mv '${opened}.new' '${opened}'\n`,
    )
    chmodSync(script, 0o700)
    const watcher = watch(folder)
    t.teardown(() => watcher.close())
    const url = new URL('https://sso.example.com/authorize?a=1&b=$(touch%20hacked);c')
    t.equal(await openBrowser(url, { BROWSER: script, PATH: process.env['PATH'] }), true)
    while (!existsSync(opened)) await once(watcher, 'change')
    t.equal(readFileSync(opened, 'utf8'), url.href)
    t.equal(await openBrowser(url, { BROWSER: join(folder, 'nowhere') }), false)
  },
)
