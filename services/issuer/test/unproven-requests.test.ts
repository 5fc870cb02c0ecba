import type { NewClient } from '@latchkey/directory'
import t from 'tap'
import {
  UNPROVEN_LIMITS,
  type UnprovenPurpose,
} from '../src/client-authentication/unproven-requests.ts'
import { DEVICE_GRANT } from './fixtures/device-scene.ts'
import { AUTHORIZE, ISSUER, ORDERS, SECRET, testIssuer } from './test-issuer.ts'

/** What is kept for those who prove nothing is bounded for each network. */

const issuer = await testIssuer({ registration: { mode: 'open', services: [] } })
t.teardown(() => issuer.close())
const device = {
  grantTypes: [DEVICE_GRANT],
  services: [ORDERS],
  firstParty: true,
} satisfies Partial<NewClient>
await issuer.directory.clients.save({ ...device, id: 'tv', authMethod: 'none' })
await issuer.directory.clients.save({ ...device, id: 'box', secret: SECRET })

const redirect_uri = 'http://127.0.0.1/done'
const native = { ...AUTHORIZE, client_id: 'native', redirect_uri, resource: ISSUER }
const json = { redirect_uris: ['https://notes.example/cb'] }

function send(remoteAddress: string, url: string, form: Record<string, string>) {
  return issuer.app.inject({
    method: 'POST',
    url,
    remoteAddress,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams(form).toString(),
  })
}

const cases: readonly [
  UnprovenPurpose,
  string,
  (from: string, isWrong?: boolean) => ReturnType<typeof send>,
][] = [
  [
    'push',
    'a public client pushes requests',
    (from, isWrong) =>
      send(from, '/par', isWrong ? { ...native, redirect_uri: 'https://x' } : native),
  ],
  [
    'device',
    'a public client starts devices',
    (from, isWrong) =>
      send(from, '/device_authorization', { client_id: 'tv', ...(isWrong && { scope: '"' }) }),
  ],
  [
    'registration',
    'apps register themselves in open mode',
    (from, isWrong) =>
      issuer.app.inject({
        method: 'POST',
        url: '/register',
        remoteAddress: from,
        payload: isWrong ? { ...json, software_statement: 'x' } : json,
      }),
  ],
]

for (const [place, [purpose, name, one]] of cases.entries()) {
  t.test(`so often as one network may, ${name}`, async (t) => {
    const [here, neighbour, there] = [`2001:db8:${place}::1`, `2001:db8:${place}::2`, '10.0.0.1']
    const { limit, windowSeconds } = UNPROVEN_LIMITS[purpose]
    t.equal((await one(here, true)).statusCode, 400, 'what is refused is not kept, nor counted')
    for (let count = 0; count < limit; count++) {
      const { statusCode } = await one(count % 2 ? here : neighbour)
      if (statusCode >= 300) t.fail(`number ${count} is ${statusCode}`)
    }
    const blocked = await one(here)
    t.same([blocked.statusCode, blocked.json().error], [429, 'too_many_requests'])
    t.equal(blocked.headers['retry-after'], String(windowSeconds))
    t.equal(blocked.headers['cache-control'], 'no-store')
    t.ok((await one(there)).statusCode < 300, 'another network does not notice')
    issuer.advance(windowSeconds)
    t.ok((await one(here)).statusCode < 300, 'it ends by itself')
  })
}

t.test('who proves who they are is not counted by network', async (t) => {
  const { limit } = UNPROVEN_LIMITS.device
  for (let count = 0; count <= limit; count++) {
    const { statusCode } = await issuer.post('/device_authorization', {}, 'box')
    if (statusCode !== 200) t.fail(`number ${count} is ${statusCode}`)
  }
  t.equal((await send('127.0.0.1', '/device_authorization', { client_id: 'tv' })).statusCode, 200)
})
