import t from 'tap'
import type { RefusedPage } from '../src/index.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { guardedApp } from './fixtures/guarded-app.ts'
import { orders } from './fixtures/orders.ts'

const PAGE = { accept: 'text/html,*/*;q=0.8' }
const OPENED = { ...PAGE, 'sec-fetch-mode': 'navigate' }

t.test(
  'a person who is refused reads a page, with the status and headers of the refusal',
  async (t) => {
    const told: RefusedPage[] = []
    const { app, verifier } = await guardedApp(t, orders, {
      refusalPage: async (request, reply, refusal) => {
        told.push(refusal)
        reply.header('x-page', 'of the app')
        return `<p>${request.url}</p>`
      },
    })
    verifier.grant('good', [])
    const rows = [
      { url: '/orders', headers: GOOD, kind: 'insufficient_scope', status: 403 },
      { url: '/orders', headers: {}, kind: 'no_credentials', status: 401 },
      { url: '/nothing', headers: {}, kind: 'not_found', status: 404 },
      {
        url: '/orders',
        headers: { authorization: 'Bearer x' },
        kind: 'invalid_token',
        status: 401,
      },
      {
        url: '/orders',
        headers: { authorization: 'Bearer' },
        kind: 'invalid_request',
        status: 400,
      },
    ] as const
    for (const { url, headers, kind, status } of rows) {
      const asJson = await app.inject({ url, headers })
      const answer = await app.inject({ url, headers: { ...headers, ...OPENED } })
      t.equal(answer.body, `<p>${url}</p>`, kind)
      t.equal(answer.statusCode, status)
      t.equal(answer.headers['content-type'], 'text/html; charset=utf-8')
      t.equal(answer.headers['x-page'], 'of the app')
      for (const name of ['www-authenticate', 'cache-control']) {
        t.equal(answer.headers[name], asJson.headers[name], name)
      }
      t.strictSame(told.pop(), { kind, status })
    }
    verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 3 })
    const away = await app.inject({ url: '/orders', headers: { ...GOOD, ...OPENED } })
    t.strictSame([away.statusCode, away.headers['retry-after']], [503, '3'])
    t.strictSame(told, [{ kind: 'unavailable', status: 503 }])
  },
)

t.test('only what a browser will show is a page', async (t) => {
  const { app, verifier } = await guardedApp(t, orders, { refusalPage: () => 'page' })
  verifier.grant('good', [])
  const rows: { name: string; headers: Record<string, string>; shown: boolean }[] = [
    { name: 'a page that is opened', headers: OPENED, shown: true },
    { name: 'a browser without fetch metadata', headers: PAGE, shown: true },
    { name: 'a script', headers: { ...PAGE, 'sec-fetch-mode': 'cors' }, shown: false },
    { name: 'an image', headers: { ...PAGE, 'sec-fetch-mode': 'no-cors' }, shown: false },
    { name: 'a program', headers: { accept: '*/*' }, shown: false },
    { name: 'a WebSocket', headers: { ...PAGE, upgrade: 'websocket' }, shown: false },
  ]
  for (const { name, headers, shown } of rows) {
    for (const method of ['GET', 'POST'] as const) {
      const answer = await app.inject({ method, url: '/orders', headers: { ...GOOD, ...headers } })
      t.equal(answer.statusCode, 403)
      t.equal(answer.body === 'page', shown, `${name}, ${method}`)
    }
  }
})

t.test('without a page, or when it fails, the refusal is told as JSON', async (t) => {
  const pages = {
    'has none for this': () => undefined,
    throws: () => {
      throw new Error('template at /srv/app is missing')
    },
    rejects: () => Promise.reject(new Error('template at /srv/app is missing')),
  }
  for (const [name, refusalPage] of Object.entries(pages)) {
    const { app, verifier } = await guardedApp(t, orders, { refusalPage })
    verifier.grant('good', [])
    const answer = await app.inject({ url: '/orders', headers: { ...GOOD, ...OPENED } })
    t.equal(answer.statusCode, 403, name)
    t.match(answer.json(), { error: 'insufficient_scope' })
    t.notMatch(answer.body, '/srv/app')
  }
})
