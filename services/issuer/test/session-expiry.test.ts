import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { deviceScene } from './fixtures/device-scene.ts'
import { jsonApi } from './fixtures/json-api.ts'
import { CALLBACK, ORDERS, SECRET, type TestIssuerOptions } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** Both shorter than the five minutes that an access token would live otherwise. */
const SESSION = { idleSeconds: 120, absoluteSeconds: 150 }

t.test('session expiry, on SQLite', async (t) => expiring(t, { session: SESSION }))

t.test('session expiry, on Redis', async (t) => {
  const redis = await startRedis()
  const store = await connectRedisStore({ url: redis.url, sessionAbsoluteSeconds: 150 })
  t.teardown(() => redis.stop())
  await expiring(t, { session: SESSION, store })
})

async function expiring(t: Test, options: TestIssuerOptions): Promise<void> {
  const { issuer, client, start, poll, allow, browserOf } = await deviceScene(options)
  t.teardown(() => issuer.close())
  const { redeem, refresh, exchange, codeOf, tokensOf } = tokenRequests(issuer)
  const api = await jsonApi(issuer)
  const grantTypes = ['authorization_code'] as const
  await client('plain', { secret: SECRET, redirectUris: [CALLBACK], grantTypes })
  await client('plain-tv', { grantTypes: ['urn:ietf:params:oauth:grant-type:device_code'] })
  const plainCode = () => codeOf(undefined, { client_id: 'plain' })
  const device = async (clientId: string, seconds: number) => {
    const started = await start(clientId)
    await allow(started.user_code, await browserOf())
    issuer.advance(seconds)
    return await poll(started.device_code, clientId)
  }
  const refreshedAfter = async (seconds: number) => {
    const { refresh_token } = await tokensOf()
    issuer.advance(seconds)
    return { refresh_token, answer: await refresh(refresh_token) }
  }

  /** Each way to a token, and how long it lives: until the idle end that it has moved, or the absolute end. */
  const ways: [name: string, lifetime: number, way: () => ReturnType<typeof redeem>][] = [
    ['a code', 120, async () => redeem(await codeOf())],
    ['a code without a refresh token', 120, async () => redeem(await plainCode(), {}, 'plain')],
    [
      'such a code after 50 seconds: joining moves the idle end',
      100,
      async () => {
        const code = await plainCode()
        issuer.advance(50)
        return await redeem(code, {}, 'plain')
      },
    ],
    ['a refresh', 120, async () => (await refreshedAfter(30)).answer],
    ['a refresh near the absolute end', 50, async () => (await refreshedAfter(100)).answer],
    [
      'its answer, lost and given again, which moves nothing',
      111,
      async () => {
        const { refresh_token } = await refreshedAfter(10)
        issuer.advance(9)
        return await refresh(refresh_token)
      },
    ],
    [
      'an exchange',
      110,
      async () => {
        const { access_token } = await tokensOf()
        issuer.advance(10)
        return await exchange(access_token)
      },
    ],
    ['a device', 120, () => device('tv', 0)],
    ['a device that asks late', 90, () => device('tv', 60)],
    ['a device without a refresh token that asks late', 90, () => device('plain-tv', 60)],
    ['the JSON API', 120, async () => api.obtain('ada', { resource: ORDERS })],
  ]
  const ends = async () => (await issuer.store.log.head(0)).position
  const before = await ends()
  for (const [name, lifetime, way] of ways) {
    await t.test(`no token outlives its session: ${name}`, async (t) => {
      const answer = await way()
      t.equal(answer.statusCode, 200, answer.body)
      const { access_token: token, expires_in } = answer.json()
      const { exp = 0, sid } = decodeJwt(token)
      t.strictSame([exp - issuer.now(), expires_in], [lifetime, lifetime])
      const session = async () =>
        (await issuer.store.sessions.find(String(sid), issuer.now()))?.session
      const found = await session()
      t.ok(found && exp <= Math.min(found.idleExpiresAt, found.absoluteExpiresAt))
      issuer.advance(150)
      t.equal(await session(), undefined, 'it has expired')
      t.strictSame((await issuer.post('/introspect', { token }, 'support')).json(), {
        active: false,
      })
    })
  }
  t.strictSame(await ends(), before, 'so nothing has to be ended when a session expires')
}
