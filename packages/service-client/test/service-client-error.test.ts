import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scheduler } from '@latchkey/protocol'
import t from 'tap'
import { createServiceClient, ServiceClientError } from '../src/index.ts'
import { json, localCluster, REPORTS, tokenUsed } from './fixtures/local-cluster.ts'

t.test('the token goes to the address of the service and nowhere else', async (t) => {
  const { service, client } = await localCluster(t)
  const elsewhere = createServer((_request, response) => response.end('got it'))
  elsewhere.listen(0, '127.0.0.1')
  t.teardown(() => elsewhere.close())
  await new Promise((resolve) => elsewhere.once('listening', resolve))
  const evil = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/`
  const reports = client().as(REPORTS, { address: service.url })

  service.next.push((_received, response) => response.writeHead(307, { location: evil }).end())
  const redirect = await reports.fetch('/x', { redirect: 'follow' } as RequestInit)
  t.equal(redirect.status, 307, 'a redirect is an answer, also when following was asked for')
  t.equal(redirect.headers.get('location'), evil)

  for (const path of [
    '//evil.example/x',
    '/\\evil.example/x',
    '/@evil.example/x',
    '/%2f%2fevil.example',
    '/?x=http://evil.example',
    '/:80/x',
  ]) {
    const answer = await reports.fetch(path)
    t.equal(new URL(answer.url).origin, service.url, path)
  }
  for (const path of [
    '',
    'x',
    '@evil.example/',
    '.evil.example/',
    ':80/',
    'http://evil.example/',
    '\\evil.example',
    ' /x',
    '?x',
  ]) {
    await t.rejects(
      reports.fetch(path),
      { name: 'InputError', code: 'service-path' },
      JSON.stringify(path),
    )
  }
  const below = client().as(REPORTS, { address: `${service.url}/reports/` })
  await below.fetch('/daily')
  t.equal(service.received.at(-1)?.url, '/reports/daily')
  for (const path of ['/../admin', '/..', '/%2e%2e/admin', '/a/../../admin']) {
    await t.rejects(below.fetch(path), { code: 'service-path' }, path)
  }
})

t.test('what the issuer answers in place of a token', async (t) => {
  const token = { access_token: 't', token_type: 'Bearer', expires_in: 300 }
  const rows: [name: string, answer: ReturnType<typeof json>, code: string][] = [
    [
      'wrong credentials',
      json(401, { error: 'invalid_client', error_description: 'client authentication failed' }),
      'invalid_client',
    ],
    ['an unknown service', json(400, { error: 'invalid_target' }), 'invalid_target'],
    [
      'a redirect',
      (_received, response) => response.writeHead(302, { location: '/other' }).end(),
      'bad_answer',
    ],
    ['no JSON', (_received, response) => response.end('<html>'), 'bad_answer'],
    ['JSON that is no object', json(200, 'token'), 'bad_answer'],
    ['an error that is no word', json(400, { error: 'Oops "\r\n' }), 'bad_answer'],
    [
      'a failure without JSON',
      (_received, response) => response.writeHead(502).end(),
      'bad_answer',
    ],
    [
      '503 without JSON',
      (_received, response) => response.writeHead(503).end(),
      'temporarily_unavailable',
    ],
    ['no token', json(200, { ...token, access_token: undefined }), 'bad_answer'],
    ['an empty token', json(200, { ...token, access_token: '' }), 'bad_answer'],
    [
      'a token with a line break',
      json(200, { ...token, access_token: 't\r\nx-admin: 1' }),
      'bad_answer',
    ],
    ['another type of token', json(200, { ...token, token_type: 'DPoP' }), 'bad_answer'],
    ['no expires_in', json(200, { ...token, expires_in: undefined }), 'bad_answer'],
    ['expires_in as text', json(200, { ...token, expires_in: '300' }), 'bad_answer'],
    ['a negative expires_in', json(200, { ...token, expires_in: -1 }), 'bad_answer'],
    ['a token for years', json(200, { ...token, expires_in: 86_401 }), 'bad_answer'],
    ['an endless answer', json(200, { ...token, padding: 'x'.repeat(70_000) }), 'bad_answer'],
  ]
  for (const [name, answer, code] of rows) {
    const { issuer, service, client } = await localCluster(t)
    issuer.next.push(answer)
    const reports = client().as(REPORTS, { address: service.url })
    const error = await reports.fetch('/').catch((caught: unknown) => caught)
    if (!(error instanceof ServiceClientError)) {
      t.fail(name)
      continue
    }
    t.equal(error.code, code, name)
    t.notMatch(
      `${error.stack}${JSON.stringify(error)}`,
      /orders-secret|b3JkZXJz/,
      'the error holds no secret',
    )
    t.equal(service.received.length, 0, 'the service is not asked without a token')
    t.equal(await tokenUsed(reports), 'token-1', 'and the next call tries again')
  }
  const { issuer, service, client } = await localCluster(t)
  issuer.next.push(json(200, { ...token, token_type: 'bearer', expires_in: 86_400 }))
  t.equal(
    await tokenUsed(client().as(REPORTS, { address: service.url })),
    't',
    'the type is compared without case',
  )
})

t.test('nobody there, nobody answering, nobody waiting any more', async (t) => {
  const { issuer, service, client } = await localCluster(t)
  // Port 9 of the loopback address: discard, which nobody runs.
  const gone = 'http://127.0.0.1:9'
  await t.rejects(
    client({ issuerAddress: gone }).as(REPORTS, { address: service.url }).fetch('/'),
    { name: 'ServiceClientError', code: 'unreachable' },
  )
  await t.rejects(client().as(REPORTS, { address: gone }).fetch('/'), {
    name: 'ServiceClientError',
    code: 'unreachable',
  })

  // Time is up as soon as the service has the request.
  const armed: (() => void)[] = []
  const scheduler: Scheduler = {
    after(_delayMs, task) {
      armed.push(task)
      return () => {}
    },
  }
  service.next.push(() => armed.at(-1)?.())
  const slow = client({ scheduler, timeoutMs: 50 }).as(REPORTS, { address: service.url })
  await t.rejects(slow.fetch('/'), {
    name: 'ServiceClientError',
    code: 'timeout',
    message: /50 ms/,
  })
  issuer.next.push(() => armed.at(-1)?.())
  const later = client({ scheduler, timeoutMs: 50 }).as(REPORTS, { address: service.url })
  await t.rejects(later.fetch('/'), { name: 'ServiceClientError', code: 'timeout' })

  const changed = new AbortController()
  const reports = client().as(REPORTS, { address: service.url })
  service.next.push(() => changed.abort(new Error('changed my mind')))
  await t.rejects(reports.fetch('/', { signal: changed.signal }), { message: 'changed my mind' })
  await t.rejects(reports.fetch('/', { signal: changed.signal }), { message: 'changed my mind' })

  const waiting = new AbortController()
  const endsWait: Scheduler = {
    after(delayMs) {
      if (delayMs === 1000) queueMicrotask(() => waiting.abort(new Error('enough')))
      return () => {}
    },
  }
  service.next.push(json(503, {}, { 'retry-after': '1' }))
  const patient = client({ scheduler: endsWait }).as(REPORTS, { address: service.url })
  await t.rejects(
    patient.fetch('/', { signal: waiting.signal }),
    { message: 'enough' },
    'a wait too',
  )
})

t.test('what was armed is called off', async (t) => {
  const { service, client } = await localCluster(t)
  let armed = 0
  let calledOff = 0
  const over = new AbortController()
  const scheduler: Scheduler = {
    after(delayMs) {
      armed++
      if (delayMs === 1000) queueMicrotask(() => over.abort())
      return () => void calledOff++
    },
  }
  const reports = client({ scheduler }).as(REPORTS, { address: service.url })
  await reports.fetch('/')
  t.strictSame([armed, calledOff], [2, 2], 'a timeout each for token and call')
  service.next.push(json(503, {}, { 'retry-after': '1' }))
  await t.rejects(reports.fetch('/', { signal: over.signal }))
  t.strictSame([armed, calledOff], [4, 4], 'a timeout and a wait')
})

t.test('addresses are looked at when they are given', async (t) => {
  const options = { issuer: 'http://sso.localhost:4000', clientId: 'a', clientSecret: 'b' }
  for (const address of [
    'sso.example.com',
    'ftp://sso.example.com',
    'https://user:pass@sso.example.com',
    'https://sso.example.com?x=1',
    'https://sso.example.com#x',
    '',
  ]) {
    t.throws(
      () => createServiceClient({ ...options, issuerAddress: address }),
      { name: 'InputError', code: 'address' },
      address,
    )
    t.throws(
      () => createServiceClient(options).as(REPORTS, { address }),
      { code: 'address' },
      address,
    )
  }
  try {
    createServiceClient({ ...options, issuerAddress: 'https://user:pa55@sso.example.com' })
  } catch (error) {
    t.notMatch(String(error), 'pa55')
  }
  t.throws(
    () => createServiceClient(options).as('urn:example:reports'),
    { code: 'address' },
    'an audience that is no address needs one',
  )
  t.throws(() => createServiceClient({ ...options, cacheTokens: 0 }), { code: 'cache-size' })
})
