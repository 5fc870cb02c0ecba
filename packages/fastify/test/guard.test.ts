import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { FORM, GOOD } from './fixtures/bearer-rows.ts'
import { SERVICE } from './fixtures/fake-verifier.ts'
import { guardedApp } from './fixtures/guarded-app.ts'
import { orders } from './fixtures/orders.ts'

t.test('what is refused is noted with its request id, and what is let in is not', async (t) => {
  const { app, verifier } = await guardedApp(t, orders)
  verifier.grant('good', ['GET /orders'])
  const ask = (url: string, token?: string) =>
    app.inject({ url, ...(token && { headers: { authorization: `Bearer ${token}` } }) })
  await ask('/orders', 'good')
  await ask('/about')
  t.strictSame(verifier.refused, [])
  await ask('/orders', 'bad')
  await ask('/orders')
  await ask('/slow', 'good')
  const facts = { method: 'GET', token: undefined }
  t.strictSame(
    verifier.refused.map(({ request, ...rest }) => ({
      ...rest,
      isNamed: /^req-\w+$/.test(request),
    })),
    [
      { ...facts, route: '/orders', status: 401, reason: 'bad_signature', token: 'bad' },
      { ...facts, route: '/orders', status: 401, reason: 'no_credentials' },
      { ...facts, route: '/slow', status: 403, reason: 'insufficient_scope', token: 'good' },
    ].map((one) => ({ ...one, isNamed: true })),
  )
})

t.test('503 and never 401, and never a way in', async (t) => {
  const { app, verifier } = await guardedApp(t, orders)
  verifier.grant('good', ['GET /orders', 'GET /slow'])
  const ask = (url: string) => app.inject({ url, headers: GOOD })

  await t.test('while the verifier has no lease', async (t) => {
    verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1.2 })
    const answer = await ask('/orders')
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '2', 'whole seconds, rounded up')
    t.equal(answer.headers['cache-control'], 'no-store')
    t.equal(answer.headers['www-authenticate'], undefined)
    t.strictSame(answer.json(), { error: 'temporarily_unavailable', reason: 'verifier_stale' })
    verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 0 })
    t.equal((await ask('/orders')).headers['retry-after'], '1', 'never at once')
  })
  await t.test('when the verifier throws (F21)', async (t) => {
    verifier.override = () => {
      throw new Error('key store down at 10.0.0.7')
    }
    const answer = await ask('/orders')
    t.equal(answer.statusCode, 503)
    t.equal(answer.headers['retry-after'], '1')
    t.notMatch(answer.body, /10\.0\.0\.7/)
    t.equal((await ask('/about')).statusCode, 200, 'public routes never notice')
    t.strictSame((await ask('/hello')).json(), { sub: null }, 'nor do those that identify')
  })
  await t.test('with the time that the error gives, when it gives one', async (t) => {
    for (const [thrown, after] of [
      [new StoreUnavailable('redis', { retryAfterSeconds: 7 }), '7'],
      [Object.assign(new Error('x'), { retryAfterSeconds: Number.NaN }), '1'],
      [undefined, '1'],
    ] as const) {
      verifier.override = () => {
        throw thrown
      }
      const answer = await ask('/orders')
      t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, after])
    }
  })
  await t.test('while the verifier is behind the token, after a short wait', async (t) => {
    verifier.override = () => ({ kind: 'invalid', reason: 'ahead' })
    t.equal((await ask('/orders')).statusCode, 503)
    verifier.afterWaiting = () => {
      verifier.override = undefined
      return verifier.verify('good')
    }
    t.equal((await ask('/orders')).statusCode, 200, 'the feed has caught up')
    verifier.override = () => ({ kind: 'invalid', reason: 'ahead' })
    verifier.afterWaiting = () => {
      throw new Error('closed')
    }
    t.equal((await ask('/orders')).statusCode, 503)
    verifier.override = undefined
  })
  await t.test('a route says how long it goes on without a lease', async (t) => {
    verifier.tolerances.length = 0
    await ask('/orders')
    await ask('/slow')
    t.strictSame(verifier.tolerances, [0, 30])
  })
})

t.test('request.caller', async (t) => {
  const { app, verifier } = await guardedApp(t, (app) => {
    orders(app)
    app.get('/tamper', async (request) => {
      const caller = request.caller as unknown as { routes: string[]; sub: string }
      const attempts = [() => caller.routes.push('* /*'), () => (caller.sub = 'u_eve')]
      return attempts.map((attempt) => {
        try {
          attempt()
          return 'changed'
        } catch (error) {
          return (error as Error).name
        }
      })
    })
  })
  verifier.grant('good', ['GET /tamper'])
  const tampered = await app.inject({ url: '/tamper', headers: GOOD })
  t.strictSame(tampered.json(), ['TypeError', 'TypeError'], 'is frozen to the bottom')
  const open = await app.inject({ url: '/about', headers: GOOD })
  t.strictSame(open.json(), { caller: null }, 'is undefined on public routes')
  for (const [headers, sub] of [
    [GOOD, 'u_ada'],
    [{ authorization: 'Bearer bad' }, null],
    [{ authorization: 'Bearer a b' }, null],
    [{}, null],
  ] as const) {
    const answer = await app.inject({ url: '/hello', headers })
    t.strictSame(
      [answer.statusCode, answer.json()],
      [200, { sub }],
      'a public route that identifies refuses nobody',
    )
  }
})

t.test('tokenOf gives the token of the caller, to call others on their behalf', async (t) => {
  const { app, verifier } = await guardedApp(t, (app) => {
    app.post('/relay', async (request) => app.latchkey.tokenOf(request))
    app.get('/open', { config: { public: true } }, async (request) => app.latchkey.tokenOf(request))
  })
  verifier.grant('good', ['POST /relay'])
  const fromHeader = await app.inject({ method: 'POST', url: '/relay', headers: GOOD })
  t.equal(fromHeader.body, 'good')
  const payload = 'access_token=good'
  const fromForm = await app.inject({ method: 'POST', url: '/relay', headers: FORM, payload })
  t.equal(fromForm.body, 'good')
  const open = await app.inject({ url: '/open', headers: GOOD })
  t.equal(open.statusCode, 500, 'a public route has no caller')
})

t.test('the realm is quoted', async (t) => {
  const { app } = await guardedApp(t, orders, { realm: 'Ada "the" \\ Orders\r\nX: 1 é' })
  const answer = await app.inject({ url: '/orders' })
  const metadata = `resource_metadata="${SERVICE}/.well-known/oauth-protected-resource"`
  t.equal(
    answer.headers['www-authenticate'],
    `Bearer realm="Ada \\"the\\" \\\\ Orders??X: 1 ?", ${metadata}`,
  )
})
