import { chmodSync, writeFileSync } from 'node:fs'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { feedClient } from '@latchkey/feed'
import t, { type Test } from 'tap'
import { createLogger } from '../src/logging.ts'
import { openIssuer } from '../src/open-issuer.ts'
import type { Settings } from '../src/settings/settings.ts'
import { CLIENT_SECRET, type Given, load } from './fixtures/settings-folder.ts'
import { TEST_CERT, TEST_KEY } from './fixtures/tls.ts'
import { CHALLENGE, hiddenFields, VERIFIER } from './test-issuer.ts'

const ISSUER = 'https://sso.example.com'
const CALLBACK = 'https://shop.example.com/callback'
const DECLARED = JSON.stringify({
  issuer: ISSUER,
  log: { level: 'debug' },
  services: [{ audience: 'https://shop.example.com', name: 'Shop', clients: ['shop'] }],
  clients: [
    {
      client_id: 'shop',
      secret: CLIENT_SECRET,
      redirect_uris: [CALLBACK],
      post_logout_redirect_uris: ['https://shop.example.com/bye'],
      services: ['https://shop.example.com'],
      first_party: true,
    },
  ],
  users: [{ username: 'ada', password: 'ada-ada-ada' }],
})

const OWN_TLS: Given = {
  yaml: DECLARED,
  env: { LATCHKEY_TLS_CERT_FILE: 'cert.pem', LATCHKEY_TLS_KEY_FILE: 'key.pem' },
  files: { 'cert.pem': [TEST_CERT, 0o644], 'key.pem': [TEST_KEY, 0o600] },
}

/** Everything by which a proxy, or somebody who plays one, could claim another host or scheme. */
const FORGED: readonly Readonly<Record<string, string>>[] = [
  {},
  { host: 'evil.example' },
  { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http', 'x-forwarded-port': '81' },
  { 'x-forwarded-host': 'sso.example.com, evil.example', 'x-forwarded-prefix': '/evil.example' },
  { forwarded: 'for=1.2.3.4;host=evil.example;proto=http', 'x-original-host': 'evil.example' },
  { 'x-forwarded-server': 'evil.example', 'x-rewrite-url': '/evil.example', via: 'evil.example' },
]

interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly text: string
}
type Send = (
  path: string,
  headers: Readonly<Record<string, string>>,
  form?: Readonly<Record<string, string>>,
) => Promise<Answer>

async function running(t: Test, settings: Settings) {
  const lines: string[] = []
  const log = createLogger('debug', { write: (line: string) => lines.push(line) })
  const issuer = await openIssuer({ settings: { ...settings, listen: { ...LOOPBACK } }, log })
  t.teardown(() => issuer.close())
  const address = new URL(await issuer.listen())
  const request = address.protocol === 'https:' ? requestHttps : requestHttp
  const send: Send = (path, headers, form) => {
    const body = form && new URLSearchParams(form).toString()
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const outgoing = request({
      host: '127.0.0.1',
      port: address.port,
      path,
      ca: TEST_CERT,
      servername: 'localhost',
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      headers: {
        host: 'sso.example.com',
        ...(body !== undefined && {
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': Buffer.byteLength(body),
        }),
        ...headers,
      },
    })
    outgoing.on('error', reject).on('response', async (incoming) => {
      const text = (await incoming.toArray()).join('')
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
    })
    outgoing.end(body)
    return promise
  }
  return { send, address, lines }
}
const LOOPBACK = { host: '127.0.0.1', port: 0 }

const cookiesOf = ({ headers }: Answer) =>
  (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0]).join('; ')

/** A whole sign-in and sign-out, every request with these headers. Gives all the answers, in order. */
async function journey(send: Send, forged: Readonly<Record<string, string>>): Promise<Answer[]> {
  const query = new URLSearchParams({
    client_id: 'shop',
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    state: 'state-1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
  })
  const discovery = await send('/.well-known/openid-configuration', forged)
  const posted = await send('/authorize', forged, Object.fromEntries(query))
  const page = await send(`/authorize?${query}`, forged)
  const browser = { ...forged, cookie: cookiesOf(page), 'sec-fetch-site': 'same-origin' }
  const credentials = { username: 'ada', password: 'ada-ada-ada' }
  const signedIn = await send('/sign-in', browser, { ...hiddenFields(page.text), ...credentials })
  const code = new URL(String(signedIn.headers.location)).searchParams.get('code') ?? ''
  const basic = Buffer.from(`shop:${CLIENT_SECRET}`).toString('base64')
  const tokens = await send(
    '/token',
    { ...forged, authorization: `Basic ${basic}` },
    {
      grant_type: 'authorization_code',
      code,
      redirect_uri: CALLBACK,
      code_verifier: VERIFIER,
    },
  )
  const hint: string = JSON.parse(tokens.text).id_token
  const home = await send('/', { ...browser, cookie: cookiesOf(signedIn) })
  const asked = await send('/logout', { ...browser, cookie: cookiesOf(signedIn) })
  const out = await send(
    `/logout?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: 'https://shop.example.com/bye' })}`,
    { ...browser, cookie: cookiesOf(signedIn) },
  )
  const lost = await send('/authorize?client_id=nobody', forged)
  return [discovery, posted, page, signedIn, tokens, home, asked, out, lost]
}

async function unmoved(t: Test, send: Send): Promise<void> {
  const statuses = [200, 303, 200, 303, 200, 200, 200, 303, 400]
  for (const forged of FORGED) {
    const answers = await journey(send, forged)
    const [discovery, posted, page, signedIn, tokens, home, , out] = answers
    t.strictSame(
      answers.map(({ status }) => status),
      statuses,
      JSON.stringify(forged),
    )
    for (const { headers, text } of answers) {
      t.notMatch(JSON.stringify(headers) + text, 'evil.example')
      t.notMatch(JSON.stringify(headers) + text, 'http://sso')
    }
    t.equal(JSON.parse(discovery?.text ?? '').issuer, ISSUER)
    t.match(posted?.headers.location, `${ISSUER}/authorize?`)
    t.match(page?.text, `action="${ISSUER}/sign-in"`)
    t.match(home?.text, `${ISSUER}/logout/confirm`)
    t.match(signedIn?.headers.location, `${CALLBACK}?code=`)
    t.match(signedIn?.headers.location, `iss=${encodeURIComponent(ISSUER)}`)
    t.equal(out?.headers.location, 'https://shop.example.com/bye')
    t.match(signedIn?.headers['set-cookie'], [/^__Host-.*; Secure/])
    const [, claims = ''] = String(JSON.parse(tokens?.text ?? '').access_token).split('.')
    t.equal(JSON.parse(Buffer.from(claims, 'base64url').toString()).iss, ISSUER)
  }
}

t.test('attack H8: an issuer that ends TLS itself is who its settings say', async (t) => {
  const settings = load(t, OWN_TLS)
  const { send, address, lines } = await running(t, settings)
  t.equal(address.protocol, 'https:')
  await unmoved(t, send)
  await t.rejects(fetch(address), 'a certificate that nobody vouches for is none')
  await t.rejects(fetch(`http://${address.host}`), 'and there is no plain http')
  await send('/healthz', { 'x-forwarded-for': '203.0.113.9' })
  t.notMatch(lines.join(''), '203.0.113.9', 'nobody is believed about where a request came from')
})

t.test('attack H8: so is one behind a proxy that ends TLS', async (t) => {
  const env = { LATCHKEY_TRUSTED_PROXIES: '127.0.0.1,10.0.0.0/8' }
  const { send, lines } = await running(t, load(t, { yaml: DECLARED, env }))
  await unmoved(t, send)
  const callerOf = async (forwarded: string) => {
    lines.length = 0
    await send('/healthz', { 'x-forwarded-for': forwarded })
    return JSON.parse(lines.find((line) => line.includes('remoteAddress')) ?? '{}').req
  }
  t.match(await callerOf('203.0.113.9'), { remoteAddress: '203.0.113.9' })
  t.match(await callerOf('203.0.113.9, 10.1.2.3'), { remoteAddress: '203.0.113.9' })
  t.match(
    await callerOf('198.51.100.1, 203.0.113.9'),
    { remoteAddress: '203.0.113.9' },
    'the proxy has added the right-most one; what stands left of it is hearsay',
  )
})

t.test('verifiers join over TLS, when they trust the certificate', async (t) => {
  const { address } = await running(t, load(t, OWN_TLS))
  const join = () =>
    feedClient({
      issuerAddress: `https://localhost:${address.port}`,
      service: 'https://shop.example.com',
      credentials: { clientId: 'shop', clientSecret: CLIENT_SECRET },
      log: { info: () => {}, warn: ({ reason }) => failed.resolve(String(reason)) },
    })
  const failed = Promise.withResolvers<string>()
  const stranger = join()
  t.match(await failed.promise, 'self-signed certificate')
  await stranger.close()

  setDefaultCACertificates([...getCACertificates('default'), TEST_CERT])
  const feed = join()
  t.teardown(() => feed.close())
  await new Promise<void>((resolve) => feed.subscribe({ leased: resolve }))
  t.equal(feed.keys().length, 1)
})

t.test('files that stopped fitting after the settings were read give one clear line', async (t) => {
  const settings = load(t, OWN_TLS)
  const log = createLogger('silent')
  const { keyFile = '' } = settings.tls ?? {}
  writeFileSync(keyFile, 'no key')
  await t.rejects(openIssuer({ settings, log }), {
    name: 'InputError',
    code: 'tls-files',
    where: 'tls.key_file',
  })
  writeFileSync(keyFile, TEST_KEY)
  chmodSync(keyFile, 0o644)
  await t.rejects(openIssuer({ settings, log }), { name: 'InputError', where: 'tls.key_file' })
})
