import t from 'tap'
import { GUESSING_LIMITS } from '../../src/people/guessing-limits.ts'
import { deviceScene } from '../fixtures/device-scene.ts'
import { jsonApi } from '../fixtures/json-api.ts'
import { hiddenFields, passwordOf, REPORTS, testIssuer } from '../test-issuer.ts'
import { tokenRequests } from '../token-requests.ts'

/** Attack G8: whoever may not sign in gets nothing in any other way either. */

const scene = await deviceScene()
t.teardown(() => scene.issuer.close())
const { issuer } = scene
const { redeem, refresh, exchange } = tokenRequests(issuer)
const { obtain, call, post } = await jsonApi(issuer)

/** Everything that somebody can hold who was signed in a moment ago. */
async function holdings(username: string) {
  await issuer.addPerson(username)
  await issuer.directory.users.update(await issuer.sub(username), { roles: ['reader'] })
  const browser = issuer.browser()
  const code = async () => (await browser.signIn(username)).get('code') ?? ''
  const tokens = (await redeem(await code())).json()
  const { device_code, user_code } = await scene.start()
  await scene.allow(user_code, browser)
  issuer.advance(5)
  return {
    ...{ username, password: passwordOf(username), browser, tokens, device: device_code },
    code: await code(),
    api: (await obtain(username)).json(),
  }
}
type Holdings = Awaited<ReturnType<typeof holdings>>

const signIn = async ({ username, password }: Holdings) => {
  const browser = issuer.browser()
  return await scene
    .signIn(await browser.get('/device'), username, browser)
    .then((answer) => ({ ...answer, password, isIn: browser.cookies.size > 1 }))
}

const WAYS: [name: string, opened: number, (held: Holdings) => Promise<{ statusCode: number }>][] =
  [
    ['the sign-in page', 303, signIn],
    ['a code', 200, ({ code }) => redeem(code)],
    ['a refresh token', 200, ({ tokens }) => refresh(tokens.refresh_token)],
    ['an exchange', 200, ({ tokens }) => exchange(tokens.access_token, { resource: REPORTS })],
    ['an approved device', 200, ({ device }) => scene.poll(device)],
    ['the JSON API', 200, ({ username }) => obtain(username)],
    ['simplejwt', 200, ({ username, password }) => post('simplejwt/', { username, password })],
    ['its refresh', 200, ({ api }) => call('refresh', { refresh_token: api.refresh_token })],
  ]

t.test('an open account gets something in each of these ways', async (t) => {
  const held = await holdings('open')
  for (const [name, opened, way] of WAYS) t.equal((await way(held)).statusCode, opened, name)
})

t.test('a disabled account gets nothing, even before its sessions have ended', async (t) => {
  const held = await holdings('shut')
  await issuer.directory.users.setDisabled(await issuer.sub('shut'), true)
  for (const [name, , way] of WAYS) {
    const { statusCode } = await way(held)
    t.ok(statusCode === 400 || statusCode === 401, `${name}: ${statusCode}`)
  }
  await issuer.directory.users.setDisabled(await issuer.sub('shut'), false)
  const api = await call('refresh', { refresh_token: held.api.refresh_token })
  t.equal(api.statusCode, 200, 'and loses nothing by asking')
})

t.test('a throttled account signs in nowhere, and is not signed out', async (t) => {
  const held = await holdings('slow')
  const browser = issuer.browser()
  const form = hiddenFields((await browser.get('/device')).body)
  const guess = { ...form, username: 'slow', password: 'wrong-wrong' }
  for (let count = 0; count < GUESSING_LIMITS.accountInNetwork.limit; count++) {
    await browser.submit('/sign-in', guess)
  }
  const asks = ['the sign-in page', 'the JSON API', 'simplejwt']
  for (const [name, opened, way] of WAYS) {
    t.equal((await way(held)).statusCode, asks.includes(name) ? 429 : opened, name)
  }
})

t.test('attack G7: nobody chooses the network that their guesses count for', async (t) => {
  const proxied = await testIssuer({ trustedProxy: '127.0.0.1' })
  t.teardown(() => proxied.close())
  const [behind, direct] = [await jsonApi(proxied), { post }]
  const { limit } = GUESSING_LIMITS.accountInNetwork
  const cases: [
    name: string,
    api: typeof direct,
    forwarded: (n: number) => string,
    last: number,
  ][] = [
    ['a header that nobody vouches for', direct, (n) => `192.0.2.${n}`, 429],
    ['what a caller wrote before the proxy did', behind, (n) => `192.0.2.${n}, 198.51.100.1`, 429],
    ['other addresses of the same network', behind, (n) => `2001:db8::${n}`, 429],
    ['other networks, by the word of the proxy', behind, (n) => `192.0.2.${n}`, 400],
  ]
  for (const [name, api, forwarded, last] of cases) {
    const guess = { client_id: 'native', username: name, password: 'wrong-wrong' }
    const statuses = []
    for (let count = 0; count <= limit; count++) {
      const headers = { 'x-forwarded-for': forwarded(count + 1) }
      statuses.push((await api.post('obtain', guess, headers)).statusCode)
    }
    t.same(statuses, [...Array(limit).fill(400), last], name)
  }
})
