/** POST /login/session-ticket. */
import t from 'tap'
import { BASE, world } from '../app.ts'

const PATH = '/login/session-ticket'
const OWN = { 'sec-fetch-site': 'same-origin' }

t.test(
  'a page of this app gets a ticket for its session, and the refresh token stays',
  async (t) => {
    const { app, issuer, browser } = await world(t)
    await browser.signIn()
    const answer = await browser.post(PATH, OWN)
    t.equal(answer.statusCode, 200)
    t.equal(answer.headers['cache-control'], 'no-store')
    t.strictSame(answer.json(), {
      ...{ ticket: 'ticket of s0_first', expires_in: 30 },
      events_endpoint: `${issuer.issuer}/session/events`,
    })
    t.match(issuer.ticketRequests[0]?.get('token'), /^rt_s0_first_/)
    t.equal(issuer.tokenRequests.length, 1, 'the sign-in: nothing was redeemed')
    t.notOk(answer.headers['set-cookie'], 'the cookie is as it was')
    const cookie = [...browser.jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const bare = await app.inject({ method: 'POST', url: PATH, headers: { cookie, origin: BASE } })
    t.equal(bare.statusCode, 200, 'as fetch sends it, without a body')
  },
)

t.test('nobody else does', async (t) => {
  const { issuer, browser, newBrowser } = await world(t)
  t.equal((await newBrowser().post(PATH, OWN)).statusCode, 401, 'nobody is signed in')
  await browser.signIn()
  const rows: [string, Record<string, string>][] = [
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['the origin of another site', { origin: 'https://evil.example' }],
    ['no origin at all', {}],
    ['a sandboxed frame', { origin: 'null' }],
  ]
  for (const [name, headers] of rows) {
    t.equal((await browser.post(PATH, headers)).statusCode, 403, name)
  }
  const text = await browser.post(PATH, { ...OWN, 'content-type': 'text/plain' }, 'x')
  t.equal(text.statusCode, 415)
  t.equal(issuer.ticketRequests.length, 0, 'the issuer was not asked')
})

t.test('when the session has ended, the page is told and the cookie goes', async (t) => {
  const { issuer, browser } = await world(t)
  await browser.signIn()
  issuer.endSession('s0_first')
  const answer = await browser.post(PATH, OWN)
  t.strictSame([answer.statusCode, answer.json()], [401, { error: 'session_ended' }])
  t.equal(browser.jar.size, 0)
  t.equal((await browser.post(PATH, OWN)).json().error, 'signed_out')
})

t.test('an access token alone may only have expired: the cookie stays', async (t) => {
  const { issuer, browser } = await world(t)
  issuer.ways.refreshTokens = false
  await browser.signIn()
  t.equal((await browser.post(PATH, OWN)).statusCode, 401)
  t.match(issuer.ticketRequests[0]?.get('token'), /^at_/)
  t.ok(browser.jar.size > 0)
})

t.test(
  'an issuer that gives no usable answer is unavailable, and nobody is signed out',
  async (t) => {
    const { issuer, browser, log } = await world(t)
    await browser.signIn()
    const good = { ticket: 'x', expires_in: 30, events_endpoint: `${issuer.issuer}/session/events` }
    const rows: [string, number, object][] = [
      ['an error of its own', 500, { error: 'server_error' }],
      ['a client that it does not know', 401, { error: 'invalid_client' }],
      ['another error', 400, { error: 'invalid_request' }],
      ['no ticket', 200, { ...good, ticket: 1 }],
      ['no time', 200, { ...good, expires_in: '30' }],
      ['no address', 200, { ...good, events_endpoint: undefined }],
      ['the address of somebody else', 200, { ...good, events_endpoint: 'https://evil.example/' }],
    ]
    for (const [name, status, body] of rows) {
      issuer.ways.ticket = () => ({ status, body })
      const answer = await browser.post(PATH, OWN)
      t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '2'], name)
    }
    await issuer.shut()
    t.equal((await browser.post(PATH, OWN)).statusCode, 503, 'no answer')
    t.ok(browser.jar.size > 0)
    t.notMatch(log(), /rt_s0_first/)
  },
)
