/** Attacks I1 to I4, I6 and I7: what the issuer asks of others, and what others cannot make it ask. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { guardedRequest, type OutgoingOutcome } from '../../src/outgoing/guarded-request.ts'
import { MOST_BODY_BYTES } from '../../src/outgoing/read-body.ts'
import { hostResolver } from '../../src/outgoing/resolve-host.ts'
import { TEST_CERT, TEST_KEY } from '../fixtures/tls.ts'

const LOOPBACK = { allow: ['127.0.0.1'] }
const JSON_TYPE = 'application/json'

/** A server on 127.0.0.1 that keeps what it was asked. */
async function listening(
  t: Test,
  answer: RequestListener = (_request, response) => response.end(),
) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const origin = `http://127.0.0.1:${port}`
  return { asked, port, origin, uri: `${origin}/x` }
}

/** What opens connections, in Node and in what is installed; types of these modules do not. */
const CONNECTS =
  /^import (?!type ).*'(?:node:(?:https?|http2|tls|dgram)|undici|ws|openid-client)'|\bfetch\(|new (?:WebSocket|EventSource)\b|\bconnect\(/m

const whyOf = (outcome: OutgoingOutcome) => (outcome.kind === 'failed' ? outcome.why : outcome.kind)
const resolvingTo = (...addresses: string[]) => ({
  lookup: async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
})

t.test('attack I1: nothing but public hosts, however their address is written', async (t) => {
  const server = await listening(t)
  const request = guardedRequest({ allow: [] })
  const hosts = [
    ...[
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '0',
      '0.0.0.0',
      '127.0.0.1.',
    ],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[fe80::1]'],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '[2001::1]', '[fc00::1]', '[fd12::1]', '[ff02::1]'],
    ...['[2001:db8::1]', '[100::1]', '[fec0::1]', '[3fff::1]', '[5f00::1]', '[64:ff9b:1::1]'],
    ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1'],
    ...[
      '100.127.255.255',
      '192.0.0.1',
      '192.0.2.1',
      '198.18.0.1',
      '198.19.255.255',
      '198.51.100.7',
    ],
    ...['203.0.113.7', '224.0.0.1', '239.1.1.1', '240.0.0.1', '255.255.255.255', '192.88.99.1'],
    ...['localhost', 'LOCALHOST', 'orders.localhost', '①②⑦.⓪.⓪.①'],
  ]
  for (const host of hosts) {
    for (const scheme of ['http', 'https']) {
      const outcome = await request({ uri: `${scheme}://${host}:${server.port}/` })
      t.equal(whyOf(outcome), 'address_refused', `${scheme} ${host}`)
    }
  }
  const inside = ['127.0.0.1', '10.1.2.3', '::1', '::ffff:10.0.0.1', 'fd00::1', 'fe80::1%lo', '']
  for (const address of inside) {
    const byName = guardedRequest({ allow: [], ...resolvingTo('93.184.215.14', address) })
    const outcome = await byName({ uri: `https://app.example:${server.port}/` })
    t.equal(whyOf(outcome), 'address_refused', `a name of ${address} among others`)
  }
  const anyName = guardedRequest({ allow: ['orders.localhost'], ...resolvingTo('127.0.0.1') })
  for (const host of ['localhost.', 'orders.localhost.', 'orders.localhost.evil.example']) {
    const outcome = await anyName({ uri: `http://${host}:${server.port}/` })
    t.equal(whyOf(outcome), 'address_refused', host)
  }
  for (const host of ['[::1%25lo]', '[fe80::1%lo]', '127.0.0.1%00', '1.2.3.4.5']) {
    t.equal(whyOf(await request({ uri: `https://${host}/` })), 'uri_unreadable', host)
  }
  t.equal(server.asked.length, 0)
})

t.test(
  'addresses beside the closed ranges are public, and get no further than https',
  async (t) => {
    const beside = ['9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255']
    const more = ['128.0.0.0', '172.15.255.255', '172.32.0.0', '192.167.255.255', '192.169.0.0']
    const six = ['2001:200::1', '2000::1', '2003::1', '2606:4700::1', '3ffe:ffff::1']
    for (const address of [...beside, ...more, '223.255.255.255', ...six]) {
      const request = guardedRequest({ allow: [], ...resolvingTo(address) })
      t.equal(whyOf(await request({ uri: 'http://app.example/' })), 'scheme_refused', address)
    }
  },
)

t.test('what the settings name is called, by http too; what is beside it is not', async (t) => {
  const server = await listening(t)
  const cases: [allow: string[], host: string, why: string][] = [
    [['127.0.0.1'], '127.0.0.1', 'answered'],
    [['127.0.0.0/8'], '127.0.0.1', 'answered'],
    [['127.0.0.1'], 'orders.localhost', 'answered'],
    [['orders.localhost'], 'orders.localhost', 'answered'],
    [['orders.localhost'], 'ORDERS.localhost', 'answered'],
    [['localhost'], 'orders.localhost', 'address_refused'],
    [['orders.localhost'], 'x.orders.localhost', 'address_refused'],
    [['orders.localhost'], '127.0.0.1', 'address_refused'],
    [['127.0.0.2'], '127.0.0.1', 'address_refused'],
    [['127.0.0.2/31'], '127.0.0.1', 'address_refused'],
    [['::1'], '127.0.0.1', 'address_refused'],
  ]
  for (const [allow, host, why] of cases) {
    const outcome = await guardedRequest({ allow })({ uri: `http://${host}:${server.port}/` })
    t.equal(whyOf(outcome), why, `${allow} for ${host}`)
  }
  const request = guardedRequest(LOOPBACK)
  for (const uri of ['ftp://127.0.0.1/', 'file:///etc/passwd', 'data:,x', 'gopher://127.0.0.1/']) {
    t.notOk((await request({ uri })).kind === 'answered', uri)
  }
  t.equal(whyOf(await request({ uri: 'not a uri' })), 'uri_unreadable')
})

t.test('attack I1: the connection goes to the address that was looked at', async (t) => {
  const server = await listening(t)
  const answers = [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.3']]
  const looked: string[] = []
  const lookup = async (host: string) => {
    looked.push(host)
    return (answers.shift() ?? []).map((address) => ({ address, family: 4 }))
  }
  const request = guardedRequest({ ...LOOPBACK, lookup })
  const uri = `http://rebinding.example:${server.port}/`
  t.match(await request({ uri }), { kind: 'answered', status: 200 })
  t.strictSame(looked, ['rebinding.example'], 'the name is resolved once')
  t.equal(server.asked[0]?.headers.host, `rebinding.example:${server.port}`)
  t.equal(whyOf(await request({ uri })), 'address_refused', 'and looked at each time')
  t.equal(whyOf(await guardedRequest({ allow: [], ...resolvingTo() })({ uri })), 'ENOTFOUND')
})

t.test('TLS keeps the name, and an unknown certificate is refused', async (t) => {
  const names: unknown[] = []
  const server = createTlsServer({
    cert: TEST_CERT,
    key: TEST_KEY,
    SNICallback: (name, callback) => {
      names.push(name)
      callback(null)
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const request = guardedRequest({ ...LOOPBACK, ...resolvingTo('127.0.0.1') })
  const outcome = await request({ uri: `https://app.example:${port}/` })
  t.equal(whyOf(outcome), 'DEPTH_ZERO_SELF_SIGNED_CERT')
  t.strictSame(names, ['app.example'])
})

t.test('attack I3: there is no other way out of the issuer', async (t) => {
  const folder = new URL('../../src/', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const leading = files
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => CONNECTS.test(readFileSync(new URL(file, folder), 'utf8')))
  t.strictSame(leading, ['outgoing/guarded-request.ts'])
})

t.test('attack I2: a redirect is an answer and is not followed', async (t) => {
  const inner = await listening(t)
  for (const status of [301, 302, 303, 307, 308]) {
    const outer = await listening(t, (_request, response) => {
      response.writeHead(status, { location: inner.uri }).end()
    })
    const outcome = await guardedRequest(LOOPBACK)({ uri: outer.uri, mediaTypes: [JSON_TYPE] })
    t.match(outcome, { kind: 'answered', status, body: '' })
  }
  t.equal(inner.asked.length, 0)
})

t.test('attack I4: slow, endless, compressed and foreign bodies', async (t) => {
  const type = { 'content-type': JSON_TYPE }
  const full = Buffer.alloc(MOST_BODY_BYTES, ' ')
  const wanted = { mediaTypes: [JSON_TYPE] }
  const cases: [name: string, answer: RequestListener, why: string][] = [
    ['as large as may be', (_, r) => r.writeHead(200, type).end(full), 'answered'],
    ['one byte more', (_, r) => r.writeHead(200, type).end(`${full}.`), 'body_too_large'],
    [
      'without end',
      (_, r) => {
        r.writeHead(200, type)
        const more = () => {
          while (!r.destroyed && r.write(full)) {}
          r.once('drain', more)
        }
        more()
      },
      'body_too_large',
    ],
    ['no head', () => {}, 'timeout'],
    ['no end', (_, r) => void r.writeHead(200, type).write('{'), 'timeout'],
    [
      'compressed',
      (_, r) => r.writeHead(200, { ...type, 'content-encoding': 'gzip' }).end(gzipSync('{}')),
      'encoding_refused',
    ],
    [
      'another type',
      (_, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('{}'),
      'media_type_refused',
    ],
    ['no type', (_, r) => r.writeHead(200).end('{}'), 'media_type_refused'],
    [
      'a type with parameters',
      (_, r) => r.writeHead(200, { 'content-type': 'Application/JSON; charset=utf-8' }).end('{}'),
      'answered',
    ],
    [
      'cut off',
      (q, r) =>
        void r
          .writeHead(200, { ...type, 'content-length': 9 })
          .write('{', () => q.socket.destroy()),
      'ECONNRESET',
    ],
    ['no answer', (q) => q.socket.destroy(), 'ECONNRESET'],
    ['no HTTP', (q) => q.socket.end('hello\r\n\r\n'), 'HPE_INVALID_CONSTANT'],
    [
      'another protocol',
      (q) => q.socket.end('HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
      'ECONNRESET',
    ],
  ]
  for (const [name, answer, why] of cases) {
    const server = await listening(t, answer)
    const request = guardedRequest({ ...LOOPBACK, timeoutMs: why === 'timeout' ? 100 : 5000 })
    t.equal(whyOf(await request({ uri: server.uri, ...wanted })), why, name)
  }
  const endless = await listening(t, (_, r) => void r.writeHead(200).write('{'))
  t.match(await guardedRequest(LOOPBACK)({ uri: endless.uri }), { kind: 'answered' }, 'unwanted')
  const never = { lookup: () => new Promise<never>(() => {}) }
  const unresolved = guardedRequest({ ...LOOPBACK, ...never, timeoutMs: 50 })
  t.equal(whyOf(await unresolved({ uri: 'https://slow.example/' })), 'timeout')
})

t.test('a name that never resolves keeps at most two threads', async (t) => {
  const asked: string[] = []
  const finish: (() => void)[] = []
  const resolve = hostResolver((host) => {
    asked.push(host)
    return new Promise((done) => finish.push(() => done([{ address: '192.0.2.1', family: 4 }])))
  })
  const names = ['a', 'b', 'c', 'd']
  const all = names.map((name) => resolve(`${name}.example`))
  const again = names.map((name) => resolve(`${name}.example`))
  t.strictSame(await resolve('[::1]'), [{ address: '::1', family: 6 }], 'addresses need none')
  t.strictSame(asked, ['a.example', 'b.example'])
  finish.shift()?.()
  await all[0]
  t.strictSame(asked, ['a.example', 'b.example', 'c.example'])
  for (const one of [1, 2, 3]) {
    while (finish.length > 0) finish.shift()?.()
    await all[one]
  }
  t.equal(asked.length, 4, 'each name once, however many ask')
  t.strictSame(await Promise.all(again), await Promise.all(all))
  const later = resolve('a.example')
  t.equal(asked.length, 5, 'and anew the next time')
  finish.shift()?.()
  await later
})

t.test('attack I7: nothing of ours goes along', async (t) => {
  const server = await listening(t)
  const request = guardedRequest(LOOPBACK)
  await request({ uri: server.uri, form: { a: 'ä b' } })
  const { method, headers } = server.asked[0] ?? {}
  t.equal(method, 'POST')
  t.strictSame(headers, {
    'user-agent': 'latchkey',
    'accept-encoding': 'identity',
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': '10',
    host: `127.0.0.1:${server.port}`,
    connection: 'close',
  })
  const credentials = `http://user:password@127.0.0.1:${server.port}/`
  t.equal(whyOf(await request({ uri: credentials })), 'credentials_in_uri')
  t.equal(server.asked.length, 1)

  const proxy = await listening(t)
  const program = fileURLToPath(new URL('../fixtures/calls-once.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['-C', '@latchkey/source', program, server.uri],
    { env: { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxy.origin, http_proxy: proxy.origin } },
  )
  t.strictSame([stdout, server.asked.length, proxy.asked.length], ['answered', 2, 0])
})
