import type { AddressInfo } from 'node:net'
import { feedClient } from '@latchkey/feed'
import { jwtVerify } from 'jose'
import t from 'tap'
import { cliLoginClient } from '../src/cli-credentials.ts'
import { declare } from '../src/declare.ts'
import { adminCaller, type Method } from './fixtures/admin-caller.ts'
import { CALLBACK, ISSUER, ORDERS, REPORTS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
const { port } = issuer.app.server.address() as AddressInfo

const { tokenAt, tokenOf, send, outcome } = await adminCaller(issuer)

const at = (audience: string) => `services/${encodeURIComponent(audience)}`
const JOB = { grant_types: ['client_credentials'], services: [ORDERS] }
const READS = { grants: [{ audience: ORDERS, grant: 'GET /orders' }] }

t.test('a client is added, shown, changed and removed', async (t) => {
  const added = await send('POST', 'clients', { client_id: 'job', ...JOB, ...READS })
  t.equal(added.statusCode, 201)
  t.equal(added.headers.location, '/admin/v1/clients/job')
  const { client_secret, secret_id, ...shown } = added.json()
  t.match(client_secret, /^[\w-]{43}$/)
  t.match(shown, { client_id: 'job', client_name: 'job', disabled: false, ...JOB, ...READS })
  const read = await send('GET', 'clients/job')
  t.strictSame(read.json(), shown, 'all but the secret')
  t.equal((await tokenAt('job', client_secret)).statusCode, 200)

  await t.test('a patch changes what it names, and null takes it back', async (t) => {
    const patch = { client_name: 'Job', default_max_age: 60, contacts: ['a@example.org'] }
    t.match((await send('PATCH', 'clients/job', patch)).json(), { ...shown, ...patch })
    const back = { client_name: null, default_max_age: null, contacts: null }
    t.strictSame((await send('PATCH', 'clients/job', back)).json(), shown)
    t.equal((await tokenAt('job', client_secret)).statusCode, 200, 'and the secret stays')
  })
  await t.test('what was read is what is changed', async (t) => {
    const etag = String(read.headers.etag)
    t.strictSame(await outcome('PATCH', 'clients/job', {}, { 'if-match': '"other"' }), [
      412,
      'precondition-failed',
    ])
    t.strictSame(await outcome('PATCH', 'clients/job', {}, { 'if-match': etag }), [200])
    t.strictSame(await outcome('DELETE', 'clients/job', undefined, { 'if-match': '"x"' }), [
      412,
      'precondition-failed',
    ])
  })
  await t.test('fewer rights end the tokens that speak of more', async (t) => {
    const token = await tokenOf('job', client_secret)
    const isActive = async () => {
      const form = { token: String(token['authorization']).slice('Bearer '.length) }
      return (await issuer.post('/introspect', form, 'orders')).json().active
    }
    t.equal(await isActive(), true)
    await send('PATCH', 'clients/job', { grants: [] })
    t.equal(await isActive(), false)
    const [record] = await directory.audit.list({ limit: 1, target: 'client job' })
    t.match(record, { action: 'client.update', detail: { changed: ['grants'] } })
  })
  await t.test(
    'one that authenticates otherwise gets its first secret when it needs one',
    async (t) => {
      const open = {
        client_id: 'page',
        token_endpoint_auth_method: 'none',
        redirect_uris: [CALLBACK],
      }
      const page = (await send('POST', 'clients', open)).json()
      t.notOk('client_secret' in page)
      const patch = { token_endpoint_auth_method: 'client_secret_post' }
      t.match((await send('PATCH', 'clients/page', patch)).json().client_secret, /^[\w-]{43}$/)
      t.strictSame(await outcome('DELETE', 'clients/page'), [204])
    },
  )
  t.strictSame(await outcome('DELETE', 'clients/job'), [204])
  t.equal((await tokenAt('job', client_secret)).statusCode, 401)
  t.strictSame(await outcome('GET', 'clients/job'), [404, 'unknown-client'])
  t.strictSame(
    await outcome('POST', 'clients', { client_id: 'job', ...JOB }),
    [400, 'client-removed'],
    'its id is never given again',
  )
})

t.test('what is refused, with its code', async (t) => {
  const owned = await directory.clients.find('native')
  await directory.owned.save({
    kind: 'client',
    id: owned?.id ?? '',
    name: 'native',
    file: 'latchkey.yaml',
    retired: false,
    applied: true,
  })
  t.match((await send('GET', 'clients/native')).json(), { owned_by: 'latchkey.yaml' })
  const cases: [string, Method, string, object | undefined, [number, string]][] = [
    ['an id that is taken', 'POST', 'clients', { client_id: 'orders' }, [409, 'client-taken']],
    [
      'a member that nobody knows',
      'POST',
      'clients',
      { client_id: 'x', roles: [] },
      [400, 'invalid_request'],
    ],
    [
      'a secret of one’s own',
      'POST',
      'clients',
      { client_id: 'x', secret: SECRET },
      [400, 'invalid_request'],
    ],
    [
      'a redirect to a script',
      'POST',
      'clients',
      { client_id: 'x', redirect_uris: ['javascript:x'] },
      [400, 'redirect-uri'],
    ],
    ['no redirect', 'POST', 'clients', { client_id: 'x' }, [400, 'client-metadata']],
    ['disabling by patch', 'PATCH', 'clients/orders', { disabled: true }, [400, 'invalid_request']],
    ['the sub of a person', 'POST', 'clients', { client_id: 'u_1', ...JOB }, [400, 'client-id']],
    [
      'an unknown service',
      'PATCH',
      'clients/orders',
      { services: ['https://x.example'] },
      [400, 'unknown-service'],
    ],
    ['what a file owns', 'PATCH', 'clients/native', { client_name: 'X' }, [409, 'owned-by-file']],
    ['removing that', 'DELETE', 'clients/native', undefined, [409, 'owned-by-file']],
    ['removing oneself', 'DELETE', 'clients/operator', undefined, [400, 'client-own']],
    ['removing what opens a feed', 'DELETE', 'clients/orders', undefined, [409, 'client-in-use']],
    ['the secrets of nobody', 'GET', 'clients/nobody/secrets', undefined, [404, 'unknown-client']],
    [
      'a secret that is none',
      'DELETE',
      'clients/orders/secrets/99',
      undefined,
      [404, 'unknown-secret'],
    ],
    [
      'a secret for a public client',
      'POST',
      'clients/native/secrets',
      undefined,
      [400, 'client-secret'],
    ],
    ['a service that is there', 'POST', 'services', { audience: ORDERS }, [409, 'service-taken']],
    ['an audience that is none', 'POST', 'services', { audience: 'orders' }, [400, 'audience']],
    ['a service that is used', 'DELETE', at(ORDERS), undefined, [409, 'service-in-use']],
    ['this issuer', 'DELETE', at(ISSUER), undefined, [400, 'service-own']],
    [
      'a feed with the key of this issuer',
      'PATCH',
      at(ISSUER),
      { clients: ['orders'] },
      [400, 'service-own'],
    ],
    ['a service of nobody', 'GET', at('https://x.example'), undefined, [404, 'unknown-service']],
    [
      'a session of nobody',
      'GET',
      `sessions/s0_${'x'.repeat(22)}`,
      undefined,
      [404, 'unknown-session'],
    ],
  ]
  for (const [rule, method, path, payload, expected] of cases) {
    t.strictSame(await outcome(method, path, payload), expected, rule)
  }
  const where = (
    await send('POST', 'clients', { client_id: 'x', redirect_uris: ['x://y#z'] })
  ).json()
  t.equal(where.where, 'redirect_uris[0]', 'the place has the name that the caller used')
})

t.test('attack H3: who has fewer rights cannot take over a client that has more', async (t) => {
  const grants = ['GET /admin/v1/*', '* /admin/v1/clients', '* /admin/v1/clients/*']
  const found = await directory.clients.find('operator')
  const { secrets: _, createdAt: __, ...members } = found as NonNullable<typeof found>
  const narrow = grants.map((grant) => ({ audience: ISSUER, grant }))
  await directory.clients.save({ ...members, id: 'helpdesk', secret: SECRET, grants: narrow })
  const person = {
    client_id: 'portal',
    services: [ISSUER],
    redirect_uris: ['https://p.example/cb'],
  }
  await send('POST', 'clients', person)
  const headers = await tokenOf('helpdesk')
  const [own] = (await send('GET', 'clients/operator/secrets')).json().secrets
  const cases: [Method, string, object?][] = [
    ['POST', 'clients/operator/secrets'],
    ['DELETE', `clients/operator/secrets/${own.secret_id}`],
    ['PATCH', 'clients/operator', { client_name: 'X' }],
    ['DELETE', 'clients/operator'],
    ['POST', 'clients', { client_id: 'x', ...JOB, grants: found?.grants }],
    ['PATCH', 'clients/foreign', { grants: found?.grants }],
    ['PATCH', 'clients/foreign', { services: [ISSUER] }],
    ['PATCH', 'clients/portal', { redirect_uris: ['https://evil.example/cb'] }],
  ]
  for (const [method, path, payload] of cases) {
    t.strictSame(
      await outcome(method, path, payload, headers),
      [403, 'insufficient_scope'],
      `${method} ${path}`,
    )
  }
  t.equal(
    (await send('PATCH', 'clients/foreign', { client_name: 'Ours' }, headers)).statusCode,
    200,
  )
})

t.test('one secret follows another, and no request fails meanwhile', async (t) => {
  const secrets = 'clients/orders/secrets'
  await issuer.changeClient('orders', { idTokenAlg: 'HS256' })
  const [first] = (await send('GET', secrets)).json().secrets
  t.match(first, { opens_feeds: true })
  const feedOf = (clientSecret: string) =>
    feedClient({
      issuerAddress: `http://127.0.0.1:${port}`,
      service: ORDERS,
      credentials: { clientId: 'orders', clientSecret },
    })
  const wait = () => new Promise((resolve) => setImmediate(resolve))
  const code = async () =>
    (await issuer.browser().signIn('ada', { resource: ORDERS })).get('code') ?? ''
  const redeem = async (secret: string) => {
    const form = { redirect_uri: CALLBACK, code_verifier: VERIFIER, code: await code() }
    const answer = await tokenAt('orders', secret, { grant_type: 'authorization_code', ...form })
    if (answer.statusCode === 200) {
      // Whoever has this secret only reads what it gets (OpenID Connect Core section 10.1).
      await jwtVerify(answer.json().id_token, Buffer.from(secret))
    }
    return answer.statusCode
  }
  let running = true
  let asked = 0
  let deployed = SECRET
  const failures: number[] = []
  const load = (async () => {
    while (running) {
      const { statusCode } = await tokenAt('orders', deployed, { resource: REPORTS })
      if (statusCode !== 200) failures.push(statusCode)
      asked += 1
    }
  })()
  const feed = feedOf(SECRET)
  t.teardown(() => feed.close())
  while (!feed.status().connected) await wait()

  const added = await send('POST', secrets, undefined, { 'idempotency-key': 'rotation-1' })
  const again = await send('POST', secrets, undefined, { 'idempotency-key': 'rotation-1' })
  t.strictSame(again.json(), added.json(), 'asked again: the same one')
  const { client_secret: next } = added.json()
  t.strictSame(await outcome('POST', secrets), [409, 'client-secrets-full'])
  t.strictSame([await redeem(SECRET), await redeem(next)], [200, 200], 'a code for either')
  deployed = next
  const newFeed = feedOf(next)
  t.teardown(() => newFeed.close())
  while (!newFeed.status().connected) await wait()
  const before = asked
  while (asked < before + 5) await wait()
  const [newest] = (await send('GET', secrets)).json().secrets
  t.equal(newest.last_used_at, issuer.now(), 'the list tells that the new one is in use')

  t.strictSame(await outcome('DELETE', `${secrets}/${first.secret_id}`), [204])
  while (!/refused by the issuer/.test(feed.status().lastFailure ?? '')) await wait()
  t.equal(feed.status().connected, false, 'the feed of the old secret is closed')
  t.equal(newFeed.status().connected, true, 'that of the new one goes on')
  t.equal(newFeed.status().reconnects, 0)
  t.strictSame([await redeem(SECRET), await redeem(next)], [401, 200])
  running = false
  await load
  t.strictSame(failures, [], `of ${asked} requests none has failed`)
  t.strictSame(await outcome('DELETE', `${secrets}/${newest.secret_id}`), [
    409,
    'client-secret-last',
  ])

  await t.test('or ends at a second', async (t) => {
    const third = (await send('POST', secrets)).json()
    const until = issuer.now() + 60
    t.strictSame(await outcome('DELETE', `${secrets}/${newest.secret_id}?at=${until}`), [204])
    t.match((await send('GET', secrets)).json().secrets[1], { expires_at: until })
    t.equal((await tokenAt('orders', next, { resource: REPORTS })).statusCode, 200)
    issuer.advance(60)
    t.equal((await tokenAt('orders', next, { resource: REPORTS })).statusCode, 401)
    t.equal((await tokenAt('orders', third.client_secret, { resource: REPORTS })).statusCode, 200)
  })
})

t.test('a client that is let in again in the middle is not removed', async (t) => {
  await send('POST', 'clients', { client_id: 'stayer', ...JOB })
  const { log } = issuer.store
  const { end } = log
  Object.assign(log, {
    end: async (...given: Parameters<typeof end>) => {
      const outcome = await end(...given)
      await directory.clients.setDisabled('stayer', false)
      return outcome
    },
  })
  const removed = await outcome('DELETE', 'clients/stayer')
  Object.assign(log, { end })
  t.strictSame(removed, [409, 'client-enabled'], 'what it has got since was not ended')
  t.ok(await directory.clients.find('stayer'))
  t.strictSame(await outcome('DELETE', 'clients/stayer'), [204])
})

t.test('attack H2: what the issuer needs to start again is not removed', async (t) => {
  const own = cliLoginClient(ISSUER)
  const start = async () =>
    await declare({}, [own], {
      ...{ issuer: ISSUER, directory, accessTokenSeconds: 300 },
      clock: { nowMs: () => issuer.now() * 1000, monotonicMs: () => 0 },
    })
  await start()
  t.strictSame(await outcome('DELETE', `clients/${own.id}`), [409, 'built-in'])
  t.strictSame(await outcome('POST', `clients/${own.id}/disable`), [204], 'it can be kept out')
  t.strictSame((await start()).updated, [], 'and the next start finds it, and leaves it so')
})
