import type { AddressInfo } from 'node:net'
import { feedClient } from '@latchkey/feed'
import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { signInAddress } from '../src/admin/sign-in-address.ts'
import { adminCaller } from './fixtures/admin-caller.ts'
import {
  CALLBACK,
  ISSUER,
  MASTER_KEY,
  ORDERS,
  SECRET,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
await issuer.app.listen({ host: '127.0.0.1', port: 0 })
const { port } = issuer.app.server.address() as AddressInfo
const { send, outcome } = await adminCaller(issuer)

const at = (audience: string) => `services/${encodeURIComponent(audience)}`

t.test('of 50 new secrets at once one is made', async (t) => {
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => send('POST', 'clients/reports/secrets')),
  )
  const made = answers.filter(({ statusCode }) => statusCode === 201)
  t.equal(made.length, 1)
  t.equal((await send('GET', 'clients/reports/secrets')).json().secrets.length, 2)
})

t.test('a service is added, opened, changed and removed', async (t) => {
  const audience = 'https://d.example'
  const added = await send('POST', 'services', { audience, name: 'D' })
  t.strictSame(added.json(), {
    audience,
    name: 'D',
    alg: 'HS256',
    clients: [],
    access_token_seconds: 300,
    status_list: false,
    disabled: false,
  })
  const { client_secret } = (
    await send('POST', 'clients', { client_id: 'd', grant_types: [] })
  ).json()
  t.match((await send('PATCH', at(audience), { clients: ['d'] })).json(), { clients: ['d'] })
  const feed = feedClient({
    issuerAddress: `http://127.0.0.1:${port}`,
    service: audience,
    credentials: { clientId: 'd', clientSecret: client_secret },
  })
  t.teardown(() => feed.close())
  const wait = () => new Promise((resolve) => setImmediate(resolve))
  while (feed.keys().length === 0) await wait()
  const [key] = feed.keys()

  await send('PATCH', at(audience), { clients: [] })
  while (!/not the credentials/.test(feed.status().lastFailure ?? '')) await wait()
  t.pass('a client that is taken from the list loses the feed')

  const held = { grants: [{ audience, grant: 'GET /d' }] }
  await send('POST', 'clients', {
    client_id: 'd-job',
    grant_types: ['client_credentials'],
    ...held,
  })
  const refused = await send('DELETE', at(audience))
  t.match(refused.json(), { code: 'service-in-use', received: /grants of client d-job/ })
  t.equal((await directory.services.find(audience))?.disabled, false, 'and nothing has happened')
  await send('PATCH', 'clients/d-job', { grants: [] })
  t.strictSame(await outcome('DELETE', at(audience)), [204])
  t.strictSame(await outcome('GET', at(audience)), [404, 'unknown-service'])
  const actions = (
    await send('GET', `audit?target=${encodeURIComponent(`service ${audience}`)}`)
  ).json()
  t.strictSame(
    actions.records.map(({ action }: { action: string }) => action),
    [
      'service.delete',
      'end',
      'service.disable',
      'feed.refused',
      'service.update',
      'service.update',
      'service.create',
    ],
  )

  await send('POST', 'services', { audience, clients: ['d'] })
  const back = feedClient({
    issuerAddress: `http://127.0.0.1:${port}`,
    service: audience,
    credentials: { clientId: 'd', clientSecret: client_secret },
  })
  t.teardown(() => back.close())
  while (back.keys().length === 0) await wait()
  t.not(back.keys()[0]?.kid, key?.kid)
  t.not(back.keys()[0]?.k, key?.k, 'created again, it does not accept what was signed before')
})

t.test('lists come in pages', async (t) => {
  for (const [path, plural, idOf] of [
    ['clients', 'clients', 'client_id'],
    ['services', 'services', 'audience'],
    ['audit', 'records', 'id'],
    ['sessions', 'sessions', 'sid'],
  ] as const) {
    const all = new Set<unknown>()
    let rows = 0
    let next: string | undefined = ''
    while (next !== undefined) {
      const page: Awaited<ReturnType<typeof send>> = await send(
        'GET',
        `${path}?limit=3${next && `&after=${next}`}`,
      )
      t.equal(page.statusCode, 200)
      for (const row of page.json()[plural]) {
        all.add(row[idOf])
        rows += 1
      }
      next = page.json().next
    }
    const whole = (await send('GET', `${path}?limit=500`)).json()[plural]
    t.equal(rows, whole.length, path)
    t.equal(all.size, whole.length, 'each once')
  }
  t.strictSame(await outcome('GET', 'clients?after=zzzz'), [400, 'cursor-invalid'])
})

t.test('sessions are found by person and by app, and one by its sid', async (t) => {
  const browser = issuer.browser()
  await browser.signIn('bob')
  const [sid = ''] = (browser.cookies.get('__Host-latchkey-session') ?? '').split('.')
  const bob = await issuer.sub('bob')
  t.match((await send('GET', `sessions?user=${bob}`)).json().sessions, [{ sid, sub: bob }])
  await issuer.store.sessions.noteClient(sid, 'native', [], issuer.now())
  t.match((await send('GET', 'sessions?client=native')).json().sessions, [{ sid }])
  t.strictSame((await send('GET', `sessions?user=${bob}&client=foreign`)).json().sessions, [])
  const one = await send('GET', `sessions/${sid}`)
  t.match(one.json(), { sid, sub: bob, clients: ['native'], amr: ['pwd'], families: [] })
  t.equal(one.json().address, '127.0.0.1', 'from the record of the sign-in')
  const failing = (error: Error) => ({ list: () => Promise.reject(error) })
  t.equal(await signInAddress(sid, failing(new StoreUnavailable('the directory'))), undefined)
  await t.rejects(signInAddress(sid, failing(new TypeError('a mistake'))), TypeError)
  const code = (await browser.signIn('bob', { resource: ORDERS })).get('code') ?? ''
  const form = { grant_type: 'authorization_code', redirect_uri: CALLBACK, code }
  await issuer.post('/token', { ...form, code_verifier: VERIFIER })
  const { families } = (await send('GET', `sessions/${sid}`)).json()
  t.match(families, [{ client_id: 'orders', audience: ORDERS, refreshes: 0 }])
  t.notMatch(one.body, /handle|hash/i)
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  t.strictSame(await outcome('GET', `sessions/${sid}`), [404, 'unknown-session'])
})

t.test('the audit list has filters', async (t) => {
  const records = async (query: string) => (await send('GET', `audit?${query}`)).json().records
  const ends = await records('action=end')
  t.ok(ends.length > 0 && ends.every(({ action }: { action: string }) => action === 'end'))
  t.strictSame(await records(`since=${issuer.now() + 1}`), [])
  const own = await records('actor=svc%3Aoperator&action=client.create')
  t.match(own[0], { actor: { sub: 'svc:operator', client_id: 'operator' } })
})

t.test('the settings that are shown hold no secret of a fully configured issuer', async (t) => {
  const answer = await send('GET', 'settings')
  t.match(answer.json(), {
    issuer: ISSUER,
    directory: 'sqlite',
    languages: ['en', 'zh-CN'],
    tokens: { access_seconds: 300, dpop_nonce: 'optional' },
    feed: { lease_ms: 5000, canary_seconds: 0 },
    registration: { mode: 'token', services: [] },
  })
  const secrets = [
    ...['hex', 'base64', 'base64url'].map((form) => MASTER_KEY.toString(form as 'hex')),
    SECRET,
    'redis',
    'x-client-cert',
  ]
  for (const secret of secrets) t.notMatch(answer.body, new RegExp(secret))
})
