import t, { type Test } from 'tap'
import {
  AUTHORIZE,
  ORDERS,
  REPORTS,
  SECRET,
  type TestBrowser,
  testIssuer,
  VERIFIER,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { redeem, refresh, exchange, tokensOf } = tokenRequests(issuer)

const push = (form: Record<string, string>) => issuer.post('/par', { ...AUTHORIZE, ...form })

async function signedIn(): Promise<TestBrowser> {
  const browser = issuer.browser()
  await browser.signIn('ada')
  return browser
}

t.test('RFC 9396: a client asks for less than the person may do', async (t) => {
  const detail = (routes: readonly string[], location = ORDERS, more: object = {}) => ({
    type: 'latchkey_routes',
    locations: [location],
    routes,
    ...more,
  })
  const asText = (...details: object[]) => JSON.stringify(details)
  const routesOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).routes

  async function tokensFor(authorization_details: string) {
    const answer = await (await signedIn()).signIn('ada', { authorization_details })
    return (await redeem(answer.get('code') ?? '')).json()
  }

  await t.test('the token has what both allow, and the answer says so', async (t) => {
    const tokens = await tokensFor(asText(detail(['GET /orders', 'DELETE /orders/:id'])))
    t.strictSame(routesOf(tokens.access_token), ['GET /orders'])
    t.strictSame(tokens.authorization_details, [detail(['GET /orders'])].map(inOrder))
  })

  await t.test('a wildcard asks for what the person has below it', async (t) => {
    const tokens = await tokensFor(asText(detail(['* /orders/*'])))
    t.strictSame(routesOf(tokens.access_token), ['GET /orders/:id'])
  })

  await t.test('a refresh keeps it, may narrow it, and never widens it', async (t) => {
    const tokens = await tokensFor(asText(detail(['GET /orders', 'GET /orders/:id'])))
    const narrower = await refresh(tokens.refresh_token, {
      authorization_details: asText(detail(['GET /orders'])),
    })
    t.strictSame(routesOf(narrower.json().access_token), ['GET /orders'])
    const again = await refresh(narrower.json().refresh_token)
    t.strictSame(routesOf(again.json().access_token), ['GET /orders', 'GET /orders/:id'])
    const wider = await refresh(again.json().refresh_token, {
      authorization_details: asText(detail(['* /*'])),
    })
    t.equal(wider.json().error, 'invalid_authorization_details')
    // As many as were granted, but one of them opens more than the one that it covers.
    const one = await tokensFor(asText(detail(['GET /orders/:id'])))
    for (const asked of ['* /orders/*', 'GET /orders/*', '* /orders/:id', 'GET /*']) {
      const answer = await refresh(one.refresh_token, {
        authorization_details: asText(detail([asked])),
      })
      t.equal(answer.json().error, 'invalid_authorization_details', asked)
    }
    const elsewhere = await refresh(again.json().refresh_token, { resource: REPORTS })
    t.strictSame(
      routesOf(elsewhere.json().access_token),
      [],
      'nothing was granted at another service',
    )
  })

  await t.test('the location chooses the service, and resource must agree with it', async (t) => {
    const tokens = await tokensFor(asText(detail(['GET /reports/*'], REPORTS)))
    const { aud } = JSON.parse(
      Buffer.from(tokens.access_token.split('.')[1], 'base64url').toString(),
    )
    t.equal(aud, REPORTS)
    const browser = await signedIn()
    const both = { resource: ORDERS, authorization_details: asText(detail(['* /*'], REPORTS)) }
    t.equal((await browser.signIn('ada', both)).get('error'), 'invalid_target')
  })

  await t.test('an app that is not the operator’s shows the person what it asks for', async (t) => {
    await issuer.changeClient('foreign', { services: [ORDERS] })
    const page = await (await signedIn()).get(
      `/authorize?${new URLSearchParams({
        ...AUTHORIZE,
        client_id: 'foreign',
        redirect_uri: 'https://foreign.example/cb',
        authorization_details: asText(detail(['GET /orders/:id', 'GET /orders'])),
      })}`,
    )
    t.match(page.body, '<code>GET /orders/:id</code>, <code>GET /orders</code>')
  })

  await t.test('who was shown some routes has not allowed the others', async (t) => {
    const grantTypes = ['authorization_code', 'refresh_token'] as const
    await issuer.changeClient('foreign', { services: [ORDERS], grantTypes })
    const browser = await signedIn()
    const app = { client_id: 'foreign', redirect_uri: 'https://foreign.example/cb' }
    const post = async (form: Record<string, string>) =>
      await issuer.app.inject({
        method: 'POST',
        url: '/token',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: new URLSearchParams({ ...app, client_secret: SECRET, ...form }).toString(),
      })
    const some = { authorization_details: asText(detail(['GET /orders'])) }
    const others = { authorization_details: asText(detail(['GET /orders', 'GET /orders/:id'])) }
    const wildcard = { authorization_details: asText(detail(['GET /*'])) }
    const silently = async (more: object) =>
      (await browser.signIn('ada', { ...app, prompt: 'none', ...more })).get('error') ?? 'code'
    const tokensFor = async (more: object) => {
      const code = (await browser.signIn('ada', { ...app, ...more })).get('code') ?? ''
      const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
      return (await post(form)).json()
    }

    const whole = await tokensFor({})
    t.equal(await silently(some), 'code', 'a part of what was allowed whole')
    await issuer.directory.consents.remove(await issuer.sub('ada'), 'foreign')
    t.strictSame(routesOf((await tokensFor(some)).access_token), ['GET /orders'])
    t.equal(await silently(some), 'code')
    t.match(
      (await browser.get('/')).body,
      '<code>GET /orders</code></li>',
      'as the start page says',
    )
    for (const more of [{}, others, wildcard]) t.equal(await silently(more), 'consent_required')

    const refresh = { grant_type: 'refresh_token', refresh_token: whole.refresh_token }
    t.equal((await post(refresh)).json().error, 'invalid_grant', 'what came before is too much')
    t.strictSame(routesOf((await post({ ...refresh, ...some })).json().access_token), [
      'GET /orders',
    ])

    t.ok((await tokensFor(others)).access_token, 'a page asks for more, and both are kept')
    t.strictSame([await silently(some), await silently(others)], ['code', 'code'])
    t.equal(await silently({}), 'consent_required')
    t.ok((await tokensFor({})).access_token)
    t.strictSame([await silently({}), await silently(wildcard)], ['code', 'code'], 'all of it')
  })

  await t.test(
    'an exchange is narrowed by who asks for it, at the service of the details',
    async (t) => {
      const { access_token } = await tokensOf()
      const authorization_details = asText(detail(['GET /reports/daily'], REPORTS))
      const answer = (await exchange(access_token, { authorization_details })).json()
      t.strictSame(routesOf(answer.access_token), ['GET /reports/daily'])
      t.strictSame(answer.authorization_details, [inOrder(detail(['GET /reports/daily'], REPORTS))])
      const elsewhere = await exchange(access_token, { resource: ORDERS, authorization_details })
      t.equal(elsewhere.json().error, 'invalid_target')
    },
  )

  await t.test('a machine narrows its own token', async (t) => {
    const answer = await issuer.post('/token', {
      grant_type: 'client_credentials',
      authorization_details: asText(detail(['GET /reports/daily', 'GET /reports/other'], REPORTS)),
    })
    t.strictSame(routesOf(answer.json().access_token), ['GET /reports/daily'])
  })

  const invalid: [string, string][] = [
    ['no JSON', '[{'],
    ['no list', '{}'],
    ['a member twice', asText(detail(['GET /x'])).replace('{', '{"routes":["* /*"],')],
    ['an empty list', '[]'],
    ['no object', '[1]'],
    ['an unknown type', asText({ ...detail(['GET /x']), type: 'payment' })],
    ['no type', asText({ locations: [ORDERS], routes: ['GET /x'] })],
    ['an unknown member', asText(detail(['GET /x'], ORDERS, { actions: ['read'] }))],
    ['no location', asText({ type: 'latchkey_routes', routes: ['GET /x'] })],
    ['two locations', asText({ ...detail(['GET /x']), locations: [ORDERS, REPORTS] })],
    ['details of two services', asText(detail(['GET /x']), detail(['GET /x'], REPORTS))],
    ['no routes', asText(detail([]))],
    ['a route that is no grant', asText(detail(['orders']))],
    ['a route that is no text', asText({ ...detail(['GET /x']), routes: [1] })],
    ['too many entries', asText(...Array.from({ length: 9 }, () => detail(['GET /x'])))],
    ['too long', asText(detail([`GET /${'x'.repeat(5000)}`]))],
  ]
  for (const [name, authorization_details] of invalid) {
    await t.test(`${name} is refused at every place`, async (t: Test) => {
      const error = 'invalid_authorization_details'
      const browser = await signedIn()
      t.equal((await browser.signIn('ada', { authorization_details })).get('error'), error)
      t.equal((await push({ authorization_details })).json().error, error)
      const machine = { grant_type: 'client_credentials', authorization_details }
      t.equal((await issuer.post('/token', machine)).json().error, error)
      const { access_token } = await tokensOf()
      t.equal((await exchange(access_token, { authorization_details })).json().error, error)
    })
  }
})

/** As the answer orders its members. */
function inOrder({
  type,
  locations,
  routes,
}: {
  type: string
  locations: string[]
  routes: readonly string[]
}) {
  return { type, locations, routes }
}
