import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { ORDERS, REPORTS, type TestIssuer, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

t.test('refresh, on SQLite', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  await refreshing(t, issuer)
})

t.test('refresh, on Redis', async (t) => {
  const redis = await startRedis()
  const issuer = await testIssuer({ store: await connectRedisStore({ url: redis.url }) })
  t.teardown(async () => {
    await issuer.close()
    await redis.stop()
  })
  await refreshing(t, issuer)
})

async function refreshing(t: Test, issuer: TestIssuer): Promise<void> {
  const { redeem, refresh, tokensOf } = tokenRequests(issuer)
  await t.test('rotates, keeps auth_time, has no nonce and the same session', async (t) => {
    const before = await tokensOf()
    issuer.advance(100)
    const answer = await refresh(before.refresh_token)
    t.equal(answer.statusCode, 200)
    const after = answer.json()
    t.not(after.refresh_token, before.refresh_token)
    const [was, is] = [decodeJwt(before.id_token), decodeJwt(after.id_token)]
    t.equal(is['auth_time'], was['auth_time'])
    t.equal(is['nonce'], undefined)
    t.equal(is['sid'], was['sid'])
  })
  await t.test(
    'a lost answer is given again for less than ten seconds: the same successor',
    async (t) => {
      const { refresh_token } = await tokensOf()
      const first = (await refresh(refresh_token)).json()
      issuer.advance(9)
      const again = (await refresh(refresh_token)).json()
      t.equal(again.refresh_token, first.refresh_token)
      t.equal((await refresh(first.refresh_token)).statusCode, 200, 'the successor still works')
    },
  )
  await t.test(
    'attack D5: reuse after the window ends the session, for the thief and the robbed',
    async (t) => {
      const { refresh_token } = await tokensOf()
      const first = (await refresh(refresh_token)).json()
      issuer.advance(11)
      t.equal((await refresh(refresh_token)).json().error, 'invalid_grant')
      t.equal((await refresh(first.refresh_token)).json().error, 'invalid_grant')
      t.strictSame((await issuer.post('/introspect', { token: first.access_token })).json(), {
        active: false,
      })
      const [record] = await issuer.directory.audit.list({ limit: 1, action: 'end' })
      t.match(record, { reason: 'refresh_reused', target: /^session s0_/ })
    },
  )
  await t.test('attack D6: 50 at once give one successor, and it works', async (t) => {
    const { refresh_token } = await tokensOf()
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(refresh_token)))
    const successors = new Set(answers.map((answer) => answer.json().refresh_token))
    t.strictSame(new Set(answers.map((answer) => answer.statusCode)), new Set([200]))
    t.equal(successors.size, 1)
    t.equal((await refresh([...successors][0] ?? '')).statusCode, 200)
  })
  await t.test(
    'attack D8: by another client, with more scope, for a foreign resource',
    async (t) => {
      const { refresh_token } = await tokensOf(undefined, { scope: 'openid' })
      const native = await issuer.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token,
          client_id: 'native',
        }).toString(),
      })
      t.equal(native.json().error, 'invalid_grant')
      t.equal(
        (await refresh(refresh_token, { scope: 'openid email' })).json().error,
        'invalid_scope',
      )
      const wider = (await refresh(refresh_token)).json()
      t.equal(
        (await refresh(wider.refresh_token, { resource: 'https://evil.example' })).json().error,
        'invalid_target',
      )
    },
  )
  await t.test('attack D8: without the client’s own authentication', async (t) => {
    const { refresh_token } = await tokensOf()
    const attempt = (headers: Record<string, string>, more: Record<string, string>) =>
      issuer.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        payload: new URLSearchParams({
          grant_type: 'refresh_token',
          refresh_token,
          ...more,
        }).toString(),
      })
    for (const answer of [
      await attempt({}, {}),
      await attempt({}, { client_id: 'orders' }),
      await attempt({}, { client_id: 'orders', client_secret: 'wrong' }),
      await attempt({ authorization: 'Basic b3JkZXJzOndyb25n' }, {}),
    ]) {
      t.strictSame([answer.statusCode, answer.json().error], [401, 'invalid_client'])
    }
    t.equal((await refresh(refresh_token)).statusCode, 200, 'and nothing was used up')
  })
  await t.test('attack D9: a user who was disabled gets nothing more', async (t) => {
    const browser = issuer.browser()
    const code = (await browser.signIn('bob')).get('code') ?? ''
    const { refresh_token } = (await redeem(code)).json()
    await issuer.directory.users.setDisabled(await issuer.sub('bob'), true)
    t.equal((await refresh(refresh_token)).json().error, 'invalid_grant')
    await issuer.directory.users.setDisabled(await issuer.sub('bob'), false)
  })
  await t.test('attack D9: rights are computed anew', async (t) => {
    const { refresh_token } = await tokensOf()
    const sub = await issuer.sub('ada')
    await issuer.directory.users.update(sub, { roles: [] })
    const { access_token } = (await refresh(refresh_token)).json()
    t.strictSame(decodeJwt(access_token)['routes'], [])
    await issuer.directory.users.update(sub, { roles: ['reader'] })
  })
  await t.test('attack D9: a new password, and an end of the user, leave nothing', async (t) => {
    const sub = await issuer.sub('ada')
    for (const reason of ['password_changed', 'user_disabled', 'admin'] as const) {
      const { refresh_token } = await tokensOf()
      await issuer.end({ kind: 'user', sub }, reason, { sub: 'issuer' })
      t.equal((await refresh(refresh_token)).json().error, 'invalid_grant', reason)
    }
  })
  await t.test(
    'Core section 11: offline_access gives no token that outlives its session',
    async (t) => {
      const asked = { scope: 'openid offline_access' }
      const { refresh_token } = await tokensOf(undefined, asked)
      const first = (await refresh(refresh_token)).json()
      t.equal(first.scope, asked.scope)
      const { sid } = decodeJwt<{ sid: string }>(first.id_token)
      const actor = { sub: await issuer.sub('ada'), sid }
      await issuer.end({ kind: 'session', sid }, 'sign_out', actor)
      t.equal((await refresh(first.refresh_token)).json().error, 'invalid_grant')
    },
  )
  await t.test('attack D9: a client that was disabled gets nothing more', async (t) => {
    const { refresh_token } = await tokensOf()
    await issuer.directory.clients.setDisabled('orders', true)
    t.equal((await refresh(refresh_token)).json().error, 'invalid_client')
    await issuer.directory.clients.setDisabled('orders', false)
    await issuer.end({ kind: 'client', clientId: 'orders' }, 'client_disabled', { sub: 'issuer' })
    t.equal((await refresh(refresh_token)).json().error, 'invalid_grant', 'nor when it is back')
  })
  await t.test('attack D9: a client that lost the grant, or the service', async (t) => {
    const { refresh_token } = await tokensOf()
    const { services = [], grantTypes = [] } = (await issuer.directory.clients.find('orders')) ?? {}
    await issuer.changeClient('orders', { services: [REPORTS] })
    t.equal((await refresh(refresh_token)).json().error, 'invalid_grant', 'the service')
    await issuer.changeClient('orders', { services, grantTypes: ['authorization_code'] })
    t.equal((await refresh(refresh_token)).json().error, 'unauthorized_client', 'the grant')
    await issuer.changeClient('orders', { grantTypes })
    t.equal((await refresh(refresh_token)).statusCode, 200, 'and nothing was spent on it')
  })
  await t.test('attack D9: of a service that was closed there are no tokens', async (t) => {
    const { refresh_token } = await tokensOf()
    const service = await issuer.directory.services.find(ORDERS)
    if (!service) throw new Error('the service is declared')
    await issuer.directory.services.save({ ...service, disabled: true })
    t.equal((await refresh(refresh_token)).json().error, 'invalid_target')
    await issuer.directory.services.save(service)
    t.equal((await refresh(refresh_token)).statusCode, 200, 'and the session was kept')
  })
  await t.test('attack D11: no other token is a refresh token', async (t) => {
    const { access_token, id_token, refresh_token } = await tokensOf()
    const [family = '', generation = '', mac = ''] = refresh_token.split('.')
    const others = {
      'an access token': access_token,
      'an ID token': id_token,
      'a cut one': refresh_token.slice(0, -1),
      'a longer one': `${refresh_token}A`,
      'the next generation': `${family}.${Number(generation) + 1}.${mac}`,
    }
    for (const [name, text] of Object.entries(others)) {
      t.equal((await refresh(text)).json().error, 'invalid_grant', name)
    }
    t.equal((await refresh(refresh_token)).statusCode, 200)
  })
  await t.test('idle time ends it, use keeps it, the absolute end does not move', async (t) => {
    let { refresh_token } = await tokensOf()
    for (let hour = 0; hour < 23; hour++) {
      issuer.advance(3599)
      const answer = await refresh(refresh_token)
      t.equal(answer.statusCode, 200, `hour ${hour}`)
      refresh_token = answer.json().refresh_token
    }
    issuer.advance(3624)
    t.equal((await refresh(refresh_token)).json().error, 'invalid_grant')
    const idle = await tokensOf()
    issuer.advance(3601)
    t.equal((await refresh(idle.refresh_token)).json().error, 'invalid_grant')
  })
}
