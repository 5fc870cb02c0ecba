import { Readable } from 'node:stream'
import t from 'tap'
import { INVALID_TOKEN, json, localCluster, REPORTS, tokenUsed } from './fixtures/local-cluster.ts'

t.test('RFC 6749 section 4.4: a call of the machine itself', async (t) => {
  const { issuer, service, client } = await localCluster(t)
  const reports = client().as(REPORTS, { address: service.url })
  t.equal(issuer.received.length, 0, 'nothing is asked before the first call')
  const answer = await reports.fetch('/reports/daily?day=1', {
    method: 'POST',
    headers: { 'x-request': '1', Authorization: 'Basic of-the-caller' },
    body: 'hello',
  })
  t.equal(answer.status, 200)
  const [asked] = issuer.received
  t.match(asked, { method: 'POST', url: '/token' })
  t.equal(
    asked?.headers.authorization,
    `Basic ${Buffer.from('orders:orders-secret').toString('base64')}`,
  )
  t.match(asked?.headers['content-type'], /^application\/x-www-form-urlencoded/)
  t.strictSame(Object.fromEntries(new URLSearchParams(asked?.body)), {
    grant_type: 'client_credentials',
    resource: REPORTS,
  })
  t.match(service.received, [
    {
      method: 'POST',
      url: '/reports/daily?day=1',
      body: 'hello',
      headers: { authorization: /^Bearer token-1$/, 'x-request': '1' },
    },
  ])
})

t.test('RFC 8693 section 2.1: a call on behalf of a person', async (t) => {
  const { issuer, service, client } = await localCluster(t)
  const services = client()
  const asPerson = services.onBehalfOf('token-of-ada', REPORTS, { address: service.url })
  t.equal(await tokenUsed(asPerson), 'token-1')
  t.strictSame(Object.fromEntries(new URLSearchParams(issuer.received[0]?.body)), {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    resource: REPORTS,
    subject_token: 'token-of-ada',
    subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  })
  issuer.next.push(
    json(200, {
      access_token: 'x',
      token_type: 'Bearer',
      expires_in: 300,
      issued_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    }),
  )
  const other = services.onBehalfOf('token-of-eve', REPORTS, { address: service.url })
  await t.rejects(
    other.fetch('/'),
    { code: 'bad_answer' },
    'what is no access token is not used as one',
  )
})

t.test(
  'RFC 6749 section 2.3.1: id and secret are form-urlencoded before they are joined',
  async (t) => {
    const { issuer, service, client } = await localCluster(t)
    const odd = client({ clientId: 'a:b c', clientSecret: 'ü%+:=/&' })
    await odd.as(REPORTS, { address: service.url }).fetch('/')
    const [, encoded = ''] =
      /^Basic (.+)$/.exec(issuer.received[0]?.headers.authorization ?? '') ?? []
    t.equal(Buffer.from(encoded, 'base64').toString(), 'a%3Ab+c:%C3%BC%25%2B%3A%3D%2F%26')
  },
)

t.test('tokens are kept apart', async (t) => {
  const { service, client } = await localCluster(t)
  const services = client()
  const to = (audience: string) => services.as(audience, { address: service.url })
  const forPerson = (token: string, audience = REPORTS) =>
    services.onBehalfOf(token, audience, { address: service.url })
  const calls = [
    to(REPORTS),
    to('http://c.localhost:4003'),
    forPerson('ada'),
    forPerson('eve'),
    forPerson('ada', 'http://c.localhost:4003'),
  ]
  const used: string[] = []
  for (const call of calls) used.push(await tokenUsed(call))
  t.strictSame(used, ['token-1', 'token-2', 'token-3', 'token-4', 'token-5'])
  const again: string[] = []
  for (const call of [...calls, to(REPORTS), forPerson('ada')]) again.push(await tokenUsed(call))
  t.strictSame(
    again,
    [...used, 'token-1', 'token-3'],
    'and remembered by service and person, not by object',
  )
})

t.test('however many wait for a token, the issuer is asked once', async (t) => {
  const { issuer, service, client } = await localCluster(t)
  const reports = client().as(REPORTS, { address: service.url })
  const used = await Promise.all(Array.from({ length: 50 }, () => tokenUsed(reports)))
  t.strictSame(new Set(used), new Set(['token-1']))
  t.equal(issuer.received.length, 1)
})

t.test('a refused token is dropped, and the call sent once more with a fresh one', async (t) => {
  await t.test('whatever the method', async (t) => {
    for (const method of ['GET', 'POST']) {
      const { service, client } = await localCluster(t)
      const reports = client().as(REPORTS, { address: service.url })
      service.next.push(json(401, {}, INVALID_TOKEN))
      const answer = await reports.fetch('/x', {
        method,
        ...(method === 'POST' ? { body: new URLSearchParams('a=1') } : {}),
      })
      t.equal(answer.status, 200)
      t.strictSame(
        service.received.map(({ headers, body }) => [headers.authorization, body]),
        [
          ['Bearer token-1', method === 'POST' ? 'a=1' : ''],
          ['Bearer token-2', method === 'POST' ? 'a=1' : ''],
        ],
      )
    }
  })
  await t.test('but not twice', async (t) => {
    const { issuer, service, client } = await localCluster(t)
    const reports = client().as(REPORTS, { address: service.url })
    service.next.push(json(401, {}, INVALID_TOKEN), json(401, { twice: true }, INVALID_TOKEN))
    const answer = await reports.fetch('/x')
    t.equal(answer.status, 401)
    t.strictSame(await answer.json(), { twice: true }, 'its answer is handed on')
    t.equal(issuer.received.length, 2)
    t.equal(await tokenUsed(reports), 'token-3', 'the second token is not used again either')
  })
  await t.test('not when the body was a stream, but the next call has a fresh token', async (t) => {
    const { service, client } = await localCluster(t)
    const reports = client().as(REPORTS, { address: service.url })
    service.next.push(json(401, {}, INVALID_TOKEN))
    const body = Readable.toWeb(Readable.from(['stream'])) as ReadableStream
    const answer = await reports.fetch('/x', {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit)
    t.equal(answer.status, 401)
    t.equal(service.received.length, 1)
    t.equal(await tokenUsed(reports), 'token-2')
  })
  await t.test('not when something else is missing', async (t) => {
    for (const [status, challenge] of [
      [401, 'Bearer realm="b"'],
      [401, 'Basic realm="b"'],
      [403, 'Bearer realm="b", error="insufficient_scope"'],
      [400, 'Bearer realm="b", error="invalid_request"'],
      [403, 'Bearer realm="b", error="invalid_token"'],
    ] as const) {
      const { issuer, service, client } = await localCluster(t)
      const reports = client().as(REPORTS, { address: service.url })
      service.next.push(json(status, {}, { 'www-authenticate': challenge }))
      t.equal((await reports.fetch('/x')).status, status)
      t.equal(issuer.received.length, 1, challenge)
    }
  })
  await t.test('by 50 calls at once: one fresh token', async (t) => {
    const { issuer, service, ended, client } = await localCluster(t)
    const reports = client().as(REPORTS, { address: service.url })
    t.equal(await tokenUsed(reports), 'token-1')
    ended.add('token-1')
    const used = await Promise.all(Array.from({ length: 50 }, () => tokenUsed(reports)))
    t.strictSame(new Set(used), new Set(['token-2']))
    t.equal(issuer.received.length, 2)
  })
})

t.test('503 with Retry-After', async (t) => {
  const unavailable = (after?: string) =>
    json(503, {}, after === undefined ? {} : { 'retry-after': after })
  await t.test('of a service is respected once, when it is short', async (t) => {
    const { service, client, time } = await localCluster(t)
    const reports = client().as(REPORTS, { address: service.url })
    service.next.push(unavailable('2'))
    t.equal((await reports.fetch('/x')).status, 200)
    t.strictSame(time.waits, [2000])
    service.next.push(unavailable('1'), unavailable('1'))
    t.equal((await reports.fetch('/x')).status, 503, 'once')
  })
  await t.test('is handed on when it is long, unclear or missing', async (t) => {
    for (const after of ['3', '-1', '1.5', 'Wed, 21 Oct 2015 07:28:00 GMT', undefined]) {
      const { service, client, time } = await localCluster(t)
      service.next.push(unavailable(after))
      const answer = await client().as(REPORTS, { address: service.url }).fetch('/x')
      t.equal(answer.status, 503, String(after))
      t.strictSame(time.waits, [])
    }
  })
  await t.test('means nothing beside another status', async (t) => {
    const { service, client } = await localCluster(t)
    service.next.push(json(429, {}, { 'retry-after': '1' }))
    const answer = await client().as(REPORTS, { address: service.url }).fetch('/x')
    t.equal(answer.status, 429)
  })
  await t.test('does not send again what may have changed something', async (t) => {
    const { service, client } = await localCluster(t)
    service.next.push(unavailable('1'))
    const answer = await client()
      .as(REPORTS, { address: service.url })
      .fetch('/x', { method: 'POST', body: '1' })
    t.equal(answer.status, 503)
    t.equal(service.received.length, 1)
  })
  await t.test('can meet a refused token in the same call', async (t) => {
    const { service, client } = await localCluster(t)
    service.next.push(unavailable('1'), json(401, {}, INVALID_TOKEN))
    t.equal((await client().as(REPORTS, { address: service.url }).fetch('/x')).status, 200)
  })
  await t.test('of the issuer is respected once, when it is short', async (t) => {
    const { issuer, service, client, time } = await localCluster(t)
    issuer.next.push(unavailable('1'))
    const services = client()
    t.equal(await tokenUsed(services.as(REPORTS, { address: service.url })), 'token-1')
    t.strictSame(time.waits, [1000])
    issuer.next.push(json(503, { error: 'temporarily_unavailable' }, { 'retry-after': '30' }))
    const other = services.as('http://c.localhost:4003', { address: service.url })
    await t.rejects(other.fetch('/'), {
      code: 'temporarily_unavailable',
      status: 503,
      retryAfterSeconds: 30,
    })
    issuer.next.push(unavailable('1'), unavailable('1'))
    await t.rejects(other.fetch('/'), { code: 'temporarily_unavailable', status: 503 })
  })
})
