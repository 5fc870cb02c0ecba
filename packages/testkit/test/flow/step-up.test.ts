import { createHmac } from 'node:crypto'
import { latchkey } from '@latchkey/fastify'
import { login, loginSession } from '@latchkey/login'
import { ACR, nowSeconds } from '@latchkey/protocol'
import { createVerifier } from '@latchkey/verifier'
import { fastify } from 'fastify'
import t from 'tap'
import { type ServiceEnvironment, startCluster } from '../../src/index.ts'

/** A page that wants a newer or stronger sign-in, as a person meets it: RFC 9470. */

const BANK = 'http://bank.localhost'

async function buildBank(environment: ServiceEnvironment) {
  const { issuer, issuerAddress, baseUrl, clientId, clientSecret, cookieSecret, clock } =
    environment
  const app = fastify()
  const credentials = { clientId, clientSecret }
  const verifier = await createVerifier({
    ...{ issuer, issuerAddress, service: baseUrl, credentials, clock },
  })
  app.addHook('onClose', () => verifier.close())
  await app.register(latchkey, { verifier, session: loginSession, clock })
  await app.register(login, {
    ...{ issuer, issuerAddress, clientId, clientSecret, baseUrl, cookieSecret, clock },
    resource: baseUrl,
  })
  app.get('/balance', async () => 'balance')
  app.get('/payouts', { config: { latchkey: { maxAgeSeconds: 300 } } }, async (request) => {
    const { auth_time: at = 0 } = request.caller ?? {}
    return `payouts, signed in ${nowSeconds(clock) - at} s ago`
  })
  app.get('/vault', { config: { latchkey: { acr: ACR.mfa } } }, async () => 'vault')
  return app
}

const cluster = await startCluster({
  services: [{ name: 'bank', web: true, build: buildBank }],
  roles: [{ name: 'owner', grants: { bank: ['GET /*'] } }],
  users: [
    { username: 'ada', roles: ['owner'] },
    { username: 'bob', roles: ['owner'] },
  ],
})
t.teardown(() => cluster.close())

t.test('a sign-in that is too long ago is asked for again, and nothing else is', async (t) => {
  const browser = cluster.browser()
  const fresh = await browser.signIn(`${BANK}/payouts`, 'ada')
  t.equal(fresh.text, 'payouts, signed in 0 s ago')
  await cluster.advance(301)
  const asked = await browser.open(`${BANK}/payouts`)
  t.equal(new URL(asked.url).origin, cluster.issuer.url, 'although the session there is alive')
  t.equal((await browser.open(`${BANK}/balance`)).text, 'balance', 'the other pages do not mind')
  const again = await browser.signIn(`${BANK}/payouts`, 'ada')
  t.equal(again.text, 'payouts, signed in 0 s ago')
  t.equal((await cluster.sessionsOf('ada')).length, 1, 'it is the same session')
})

t.test('a script gets the refusal and what it says', async (t) => {
  const browser = cluster.browser()
  await browser.signIn(`${BANK}/balance`, 'ada')
  await cluster.advance(301)
  const answer = await browser.fetch(`${BANK}/payouts`, { headers: { accept: 'application/json' } })
  t.equal(answer.status, 401)
  t.match(answer.json(), { error: 'insufficient_user_authentication', max_age: '300' })
})

t.test('who cannot sign in more strongly reads that, and is not sent in circles', async (t) => {
  const browser = cluster.browser()
  await browser.signIn(`${BANK}/balance`, 'ada')
  const page = await browser.open(`${BANK}/vault`)
  t.equal(new URL(page.url).origin, BANK)
  t.equal(page.status, 403)
  t.match(page.text, 'needs a stronger sign-in')
  t.equal((await browser.open(`${BANK}/balance`)).text, 'balance', 'still signed in')
})

t.test('who has a one-time code gets in with it, wherever they come from', async (t) => {
  const browser = cluster.browser()
  await browser.signIn(`${BANK}/balance`, 'bob')
  const page = `${cluster.issuer.url}/account/one-time-code`
  const setUp = await browser.open(page)
  const secret = /id="secret">([A-Z2-7 ]+)</.exec(setUp.text)?.[1] ?? ''
  const code = () => codeOf(secret, nowSeconds(cluster.clock))
  await browser.submit(setUp, { code: code() }, '/account/one-time-code')
  const vault = await browser.open(`${BANK}/vault`)
  t.equal(vault.text, 'vault', 'the browser in which it was switched on')

  await cluster.advance(30)
  const elsewhere = cluster.browser()
  const asked = await elsewhere.signIn(`${BANK}/vault`, 'bob')
  t.match(asked.text, 'autocomplete="one-time-code"')
  t.equal(
    (await elsewhere.open(`${BANK}/balance`)).url.startsWith(BANK),
    false,
    'not signed in yet',
  )
  const inside = await elsewhere.submit(asked, { code: code() }, '/sign-in/code')
  t.equal(inside.text, 'vault', 'a new one')
})

/** RFC 6238, as an authenticator app computes it. */
function codeOf(secret: string, seconds: number): string {
  const letters = [...secret.replaceAll(' ', '')].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter),
  )
  const bits = letters.map((value) => value.toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeUInt32BE(Math.floor(seconds / 30), 4)
  const mac = createHmac('sha1', key).update(counter).digest()
  const number = mac.readUInt32BE((mac.at(-1) ?? 0) & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}
