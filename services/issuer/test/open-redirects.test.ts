import { readFileSync } from 'node:fs'
import { decodeJwt } from 'jose'
import t from 'tap'
import { AUTHORIZE, CALLBACK, ISSUER, ORDERS, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const LIST = import.meta.resolve('@latchkey/protocol/fixtures/open-redirect-payloads.txt')
const PAYLOADS = readFileSync(new URL(LIST), 'utf8').split('\n').slice(0, -1)

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const browser = issuer.browser()
const { id_token } = await tokenRequests(issuer).tokensOf(browser)
const sid = String(decodeJwt(id_token)['sid'])

/** As it is, decoded once more, and behind what is registered. */
function spellings(payload: string, registered: string): Set<string> {
  return new Set([payload, decoded(payload), `${ORDERS}${payload}`, `${registered}${payload}`])
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

t.test('attack C3: no payload of the open-redirect list is a redirect_uri', async (t) => {
  t.equal(PAYLOADS.length, 834)
  // prompt=none: everything but an unproven address would be answered by a redirect, success and fault alike.
  const requests = [
    { prompt: 'none' },
    { prompt: 'none', response_type: 'token' },
    { prompt: 'none', client_id: 'native' },
  ]
  let tried = 0
  for (const payload of PAYLOADS) {
    for (const redirect_uri of spellings(payload, CALLBACK)) {
      const request = requests[tried++ % requests.length]
      const query = new URLSearchParams({ ...AUTHORIZE, ...request, redirect_uri })
      const answer = await browser.get(`/authorize?${query}`)
      if (answer.statusCode !== 400 || answer.headers.location !== undefined) {
        t.fail(`${JSON.stringify(redirect_uri)}: ${answer.statusCode} ${answer.headers.location}`)
      }
    }
  }
  t.ok(tried > 3 * 834, `${tried} addresses`)
  const good = await browser.get(
    `/authorize?${new URLSearchParams({ ...AUTHORIZE, prompt: 'none' })}`,
  )
  t.match(good.headers.location, `${CALLBACK}?code=`, 'the registered one is')
})

t.test(
  'attack C3: nor does a posted request or a form that was tampered with carry one',
  async (t) => {
    for (const payload of PAYLOADS.filter((_, index) => index % 20 === 0)) {
      const query = new URLSearchParams({ ...AUTHORIZE, redirect_uri: payload }).toString()
      const posted = await browser.submit(
        '/authorize',
        Object.fromEntries(new URLSearchParams(query)),
      )
      t.match(posted.headers.location, `${ISSUER}/authorize?`)
      const form = { request: query, username: 'ada', password: 'ada-ada-ada', csrf: 'x' }
      const answer = await browser.submit('/sign-in', form)
      t.strictSame([answer.statusCode, answer.headers.location], [400, undefined], payload)
    }
  },
)

t.test('attack C3: no payload of the list is a post_logout_redirect_uri', async (t) => {
  for (const payload of PAYLOADS) {
    for (const post_logout_redirect_uri of spellings(payload, `${ORDERS}/`)) {
      const query = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri })
      const answer = await browser.get(`/logout?${query}`)
      if (answer.statusCode !== 400 || answer.headers.location !== undefined) {
        t.fail(`${JSON.stringify(post_logout_redirect_uri)}: ${answer.headers.location}`)
      }
    }
  }
  const found = await issuer.store.sessions.find(sid, issuer.now())
  t.ok(found, 'a refused sign-out ends nothing')
  const query = { id_token_hint: id_token, post_logout_redirect_uri: `${ORDERS}/` }
  const good = await browser.get(`/logout?${new URLSearchParams(query)}`)
  t.equal(good.headers.location, `${ORDERS}/`, 'the registered one is')
})
