/** The public address as a browser sees it: each fault of a name, a certificate, an issuer or a proxy is planted once. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { join } from 'node:path'
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
} from 'node:tls'
import { runIssuer } from '@latchkey/issuer'
import { freePort } from '@latchkey/testkit'
import t, { type Test } from 'tap'
import { examineCertificate } from '../src/doctor/examine-certificate.ts'
import { examineDiscovery, examinePlainAddress } from '../src/doctor/examine-discovery.ts'
import { examineNames } from '../src/doctor/examine-names.ts'
import type { Examined } from '../src/doctor/finding.ts'
import { runLine } from './fixtures/stand-ins.ts'
import { TEST_CERT, TEST_KEY } from './fixtures/tls.ts'

const ids = ({ findings }: Pick<Examined, 'findings'>) => findings.map(({ id }) => id)

async function listening(t: Pick<Test, 'teardown'>, server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  return (server.address() as AddressInfo).port
}

const web = (t: Test, answer: RequestListener) => listening(t, createServer(answer))

t.test('names and ports', async (t) => {
  const port = await web(t, () => {})
  const closed = await freePort()
  const dns = (addresses: string[]) => async () => addresses
  const unknown = async () => {
    throw Object.assign(new Error(), { code: 'ENOTFOUND' })
  }
  const rows: [url: string, ask: (host: string) => Promise<string[]>, found: string[]][] = [
    [`http://sso.localhost:${port}`, unknown, []],
    [`http://127.0.0.1:${port}`, unknown, []],
    [`http://sso.example:${port}`, dns(['127.0.0.1']), []],
    [`http://sso.example:${port}`, unknown, ['address-unknown']],
    [`http://sso.example:${closed}`, dns(['127.0.0.1']), ['address-dead']],
    [`http://[::1]:${port}`, unknown, ['address-dead']],
    [`http://sso.example:${port}`, dns(['127.0.0.1', '::1']), ['address-partly-dead']],
  ]
  for (const [url, ask, found] of rows) {
    t.strictSame(ids(await examineNames(new URL(url), ask)), found, url)
  }
  const real = await examineNames(new URL('http://nowhere.invalid'))
  t.strictSame(ids(real), ['address-unknown'], 'the resolver of this machine')
})

t.test('the certificate: its names, its dates, and who vouches for it', async (t) => {
  const server = createTlsServer({ cert: TEST_CERT, key: TEST_KEY })
  server.on('tlsClientError', () => {})
  const port = await listening(t, server)
  const now = Date.UTC(2026, 11, 1)
  const day = 86_400_000
  const end = Date.UTC(2126, 9, 30, 5, 27, 8)
  const at = (host: string, nowMs: number) =>
    examineCertificate(new URL(`https://${host}:${port}`), nowMs)
  t.strictSame(ids(await at('sso.localhost', now)), ['certificate-untrusted'])
  const usual = getCACertificates('default')
  t.teardown(() => setDefaultCACertificates(usual))
  setDefaultCACertificates([...usual, TEST_CERT])
  const rows: [host: string, nowMs: number, found: string[]][] = [
    ['sso.localhost', now, []],
    ['sso.localhost', end - 14 * day, []],
    ['sso.localhost', end - 14 * day + 1, ['certificate-soon']],
    ['sso.localhost', end, ['certificate-soon']],
    ['sso.localhost', end + 1, ['certificate-expired']],
    ['sso.localhost', Date.UTC(2026, 10, 22), ['certificate-early']],
    ['other.localhost', now, ['certificate-name']],
    ['127.0.0.1', now, ['certificate-name']],
  ]
  for (const [host, nowMs, found] of rows) {
    t.strictSame(ids(await at(host, nowMs)), found, `${host} ${new Date(nowMs).toISOString()}`)
  }
  const plain = await listening(
    t,
    createTcpServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  )
  const none = await examineCertificate(new URL(`https://sso.localhost:${plain}`), now)
  t.strictSame(ids(none), ['tls-failed'])
})

t.test('discovery, and the clock of whoever answers', async (t) => {
  let answer: RequestListener = () => {}
  const port = await web(t, (request, response) => answer(request, response))
  const issuer = `http://sso.localhost:${port}`
  const json =
    (body: object | string, headers = {}, status = 200): RequestListener =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    }
  const dated = (seconds: number) => ({ date: new Date(Date.now() + seconds * 1000).toUTCString() })
  const rows: [name: string, answer: RequestListener, found: string[]][] = [
    ['as it should', json({ issuer }), []],
    ['another issuer', json({ issuer: 'https://sso.example' }), ['discovery-issuer']],
    ['with a slash', json({ issuer: `${issuer}/` }), ['discovery-issuer']],
    ['moved', json('', { location: 'https://elsewhere.example/' }, 302), ['discovery-redirects']],
    ['another server', json('<h1>It works!</h1>'), ['discovery-none']],
    ['a gateway', json('', {}, 502), ['discovery-none']],
    ['4 s ahead', json({ issuer }, dated(4)), []],
    ['9 s ahead', json({ issuer }, dated(9)), ['clock-differs']],
    ['9 s behind', json({ issuer }, dated(-9)), ['clock-differs']],
    ['hanging up', (request) => request.socket.destroy(), ['discovery-failed']],
  ]
  for (const [name, planted, found] of rows) {
    answer = planted
    t.strictSame(ids(await examineDiscovery(issuer, Date.now)), found, name)
  }
})

t.test('the address without https leads to https or nowhere', async (t) => {
  let location: string | undefined
  const port = await web(t, (_, response) => {
    response
      .writeHead(location === undefined ? 200 : 301, location ? { location } : {})
      .end('hello')
  })
  const look = async (at: number) =>
    ids(await examinePlainAddress(new URL(`http://127.0.0.1:${at}/`)))
  t.strictSame(await look(port), ['plain-address'])
  location = 'http://sso.example/'
  t.strictSame(await look(port), ['plain-address'])
  location = 'https://sso.example/'
  t.strictSame(await look(port), [])
  t.strictSame(await look(await freePort()), [])
})

/** What a proxy does to requests and answers. */
interface Proxy {
  readonly headers?: (headers: Record<string, string>) => Record<string, string>
  readonly cookie?: (line: string) => string | undefined
  readonly cacheControl?: string
  readonly drops?: string
}

const FORWARDED = { 'x-forwarded-for': '203.0.113.9' }
const lost = ({ cookie: _, ...headers }: Record<string, string>) => headers
const BROKEN: [name: string, proxy: Proxy, found: string[]][] = [
  ['as it should', { headers: (all) => ({ ...all, ...FORWARDED }) }, []],
  ['says nothing of the browser', {}, ['proxy-silent']],
  [
    'writes its own Host',
    { headers: (all) => ({ ...all, ...FORWARDED, host: 'backend:8080' }) },
    ['proxy-host'],
  ],
  [
    'says that browsers come by another way',
    { headers: (all) => ({ ...all, ...FORWARDED, 'x-forwarded-proto': 'https' }) },
    ['proxy-proto'],
  ],
  [
    'drops cookies of requests',
    { headers: (all) => ({ ...lost(all), ...FORWARDED }) },
    ['cookie-lost'],
  ],
  [
    'drops cookies of answers',
    { headers: (all) => ({ ...all, ...FORWARDED }), cookie: () => undefined },
    ['cookie-not-set'],
  ],
  ...['; Domain=localhost', '; Path=/sso'].map((more): (typeof BROKEN)[number] => [
    `adds ${more}`,
    {
      headers: (all) => ({ ...all, ...FORWARDED }),
      cookie: (line) => line.replace('; Path=/', more.includes('Path') ? '' : '; Path=/') + more,
    },
    ['cookie-changed'],
  ]),
  [
    'takes Secure away',
    {
      headers: (all) => ({ ...all, ...FORWARDED }),
      cookie: (line) => line.replace('; Secure', ''),
    },
    ['cookie-changed'],
  ],
  [
    'lets caches keep everything',
    { headers: (all) => ({ ...all, ...FORWARDED }), cacheControl: 'public, max-age=60' },
    ['cache-control'],
  ],
  [
    'passes on some paths only',
    { headers: (all) => ({ ...all, ...FORWARDED }), drops: '/probe' },
    ['probe-refused'],
  ],
]

/** Where the proxy leads to, and what it does on the way. */
interface Way {
  port: number
  proxy: Proxy
}

/** A proxy in front of the port, which changes what it is told to. */
function broken(way: Way): RequestListener {
  return (incoming, outgoing) => {
    const { headers = (all) => all, cookie = (line) => line, cacheControl, drops } = way.proxy
    if (incoming.url === drops) return void outgoing.writeHead(404).end()
    const given = incoming.headers as Record<string, string>
    const options = {
      port: way.port,
      host: '127.0.0.1',
      path: incoming.url,
      headers: headers(given),
    }
    httpRequest(options, (answer) => {
      const { 'set-cookie': lines = [], ...others } = answer.headers
      const cookies = lines.flatMap((line) => cookie(line) ?? [])
      outgoing.writeHead(answer.statusCode ?? 0, {
        ...others,
        ...(cookies.length > 0 && { 'set-cookie': cookies }),
        ...(cacheControl !== undefined && { 'cache-control': cacheControl }),
      })
      answer.pipe(outgoing)
    }).end()
  }
}

t.test('what a proxy does to a real issuer', async (t) => {
  const way: Way = { port: await freePort(), proxy: {} }
  const front = await web(t, broken(way))
  const cwd = t.testdir({})
  const settings = (more: string) =>
    `issuer: http://sso.localhost:${front}\nlisten: { port: ${way.port} }\nlog: { level: silent }\n${more}`
  const look = async () => {
    const { out } = await runLine(['doctor', '--json'], { cwd, now: Date.now })
    const found: string[] = ids(JSON.parse(out))
    return found.filter((id) => !/^(disk-|lease-old$|verifiers-none$)/.test(id))
  }
  writeFileSync(join(cwd, 'latchkey.yaml'), settings('trusted_proxies: [127.0.0.1]\n'))
  const issuer = await runIssuer({ cwd, env: {} })
  for (const [name, proxy, found] of BROKEN) {
    way.proxy = proxy
    t.strictSame(await look(), found, name)
  }
  await issuer.close()
  way.port = await freePort()

  writeFileSync(join(cwd, 'latchkey.yaml'), settings(''))
  const alone = await runIssuer({ cwd, env: {} })
  t.teardown(() => alone.close())
  way.proxy = {}
  t.strictSame(await look(), [], 'without a proxy there is nothing to believe')
  way.proxy = { headers: (all) => ({ ...all, ...FORWARDED }) }
  t.strictSame(await look(), ['proxy-untrusted'])
  t.match(readFileSync(join(cwd, '.latchkey', 'cli.json'), 'utf8'), `127.0.0.1:${way.port}`)
})
