import type { NewClient } from '@latchkey/directory'
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose'
import t, { type Test } from 'tap'
import { CLIENT_SIGNING_ALGS } from '../src/minting/client-signing.ts'
import { ISSUER, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())

const REDIRECT = 'https://app.example/cb'
const ada = await issuer.sub('ada')
await issuer.directory.users.update(ada, {
  emailVerified: true,
  profile: { given_name: 'Ada', phone_number: '+441234567', address: { country: 'UK' } },
})

/** An app with one redirect URI and nothing special but what the test says. */
async function app(id: string, more: Partial<NewClient> = {}): Promise<void> {
  await issuer.directory.clients.save({
    id,
    name: id,
    secret: SECRET,
    redirectUris: [REDIRECT],
    grantTypes: ['authorization_code', 'refresh_token'],
    firstParty: true,
    ...more,
  })
}
await app('pairwise', { subjectType: 'pairwise', sectorHost: 'app.example' })
await app('sibling', { subjectType: 'pairwise', sectorHost: 'app.example' })
await app('stranger', { subjectType: 'pairwise', sectorHost: 'stranger.example' })

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
}

async function signIn(clientId: string, query: Record<string, string> = {}): Promise<Tokens> {
  const asked = { client_id: clientId, redirect_uri: REDIRECT, scope: 'openid', ...query }
  const code = (await issuer.browser().signIn('ada', asked)).get('code') ?? ''
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT,
    code_verifier: VERIFIER,
  }
  return (await issuer.post('/token', form, clientId)).json()
}
const ask = (token: string) =>
  issuer.app.inject({ url: '/userinfo', headers: { authorization: `Bearer ${token}` } })
const refusal = async (token: string) => {
  const answer = await ask(token)
  return [answer.statusCode, answer.json().error]
}
const INVALID = [401, 'invalid_token']

t.test('OpenID Connect Core sections 5.4 and 5.5: what user info tells', async (t) => {
  await app('named')
  const claims = (request: object) => ({ claims: JSON.stringify(request) })
  const address = { address: { country: 'UK' } }
  const email = { email: 'ada@example.com', email_verified: true }
  const phone = { phone_number: '+441234567', phone_number_verified: false }
  const profile = { name: 'Ada', given_name: 'Ada', preferred_username: 'ada', updated_at: Number }
  const cases: [string, Record<string, string>, object][] = [
    ['openid alone: the subject', {}, {}],
    ['profile', { scope: 'openid profile' }, profile],
    ['email', { scope: 'openid email' }, email],
    ['address', { scope: 'openid address' }, address],
    ['phone', { scope: 'openid phone' }, phone],
    [
      'all of them',
      { scope: 'phone email openid address profile' },
      { ...profile, ...email, ...address, ...phone },
    ],
    [
      'a claim that was asked for by name',
      claims({ userinfo: { email: { essential: true } } }),
      { email: 'ada@example.com' },
    ],
    [
      'with a scope',
      { scope: 'openid phone', ...claims({ userinfo: { name: null } }) },
      { ...phone, name: 'Ada' },
    ],
    [
      'what is asked for in the ID token is not told here',
      claims({ id_token: { name: null } }),
      {},
    ],
    [
      'a value that is wished for changes nothing',
      claims({ userinfo: { name: { value: 'Eve' }, zoneinfo: { values: ['UTC'] } } }),
      { name: 'Ada' },
    ],
  ]
  for (const [name, query, expected] of cases) {
    t.test(name, async (t) => {
      const tokens = await signIn('named', query)
      const answer = await ask(tokens.access_token)
      t.match(answer.headers['content-type'], /^application\/json/)
      t.equal(answer.headers['cache-control'], 'no-store')
      t.match(answer.json(), { sub: ada, ...expected })
      t.strictSame(Object.keys(answer.json()).sort(), ['sub', ...Object.keys(expected)].sort())
      t.equal(decodeJwt(tokens.id_token).sub, ada, 'the subject of the ID token')
    })
  }
  t.test('after a refresh it is the same', async (t) => {
    const { refresh_token } = await signIn('named', claims({ userinfo: { given_name: null } }))
    const form = { grant_type: 'refresh_token', refresh_token }
    const again = (await issuer.post('/token', form, 'named')).json()
    t.strictSame((await ask(again.access_token)).json(), { sub: ada, given_name: 'Ada' })
  })
  t.test('a client without refresh tokens gets what it asked for, too', async (t) => {
    await app('once', { grantTypes: ['authorization_code'] })
    const { access_token } = await signIn('once', claims({ userinfo: { given_name: null } }))
    t.strictSame((await ask(access_token)).json(), { sub: ada, given_name: 'Ada' })
  })
  t.test(
    'section 5.5: another sign-in at the client replaces what was asked for before',
    async (t) => {
      const browser = issuer.browser()
      const asked = { client_id: 'named', redirect_uri: REDIRECT, scope: 'openid' }
      const once = { ...asked, ...claims({ userinfo: { given_name: null } }) }
      const redeem = async (code: string | null) => {
        const form = {
          grant_type: 'authorization_code',
          redirect_uri: REDIRECT,
          code_verifier: VERIFIER,
        }
        return (await issuer.post('/token', { ...form, code: code ?? '' }, 'named')).json()
      }
      const first = await redeem((await browser.signIn('ada', once)).get('code'))
      t.strictSame((await ask(first.access_token)).json(), { sub: ada, given_name: 'Ada' })
      const second = await redeem((await browser.signIn('ada', asked)).get('code'))
      t.strictSame((await ask(second.access_token)).json(), { sub: ada })
    },
  )
})

t.test('of a client that is not our own, the person decides', async (t) => {
  await app('foreign-app', { firstParty: false })
  await issuer.directory.consents.save({
    sub: ada,
    clientId: 'foreign-app',
    granted: ['profile'],
    declined: ['email', 'phone'],
    audiences: [],
  })
  const claims = JSON.stringify({
    userinfo: { email: { essential: true }, given_name: null },
    id_token: { phone_number: null, given_name: null },
  })
  const { access_token, id_token } = await signIn('foreign-app', {
    scope: 'openid profile',
    claims,
  })
  const told = (await ask(access_token)).json()
  t.match(told, { name: 'Ada', given_name: 'Ada' })
  t.equal(told.email, undefined, 'the person declined the scope that contains it')
  const identity = decodeJwt(id_token)
  t.match(identity, { given_name: 'Ada' })
  const hidden = ['name', 'preferred_username', 'email', 'phone_number']
  t.strictSame(
    hidden.filter((name) => name in identity),
    [],
    'told by user info, or not at all',
  )
})

t.test('section 5.3.2: user info is signed as the client registered', async (t) => {
  const jwks = createLocalJWKSet((await issuer.app.inject('/jwks')).json())
  for (const userinfoAlg of CLIENT_SIGNING_ALGS) {
    t.test(`${userinfoAlg}: issuer, client and subject stand in it, and no end`, async (t) => {
      const id = `signed-${userinfoAlg}`
      await app(id, { userinfoAlg })
      const { access_token } = await signIn(id, { scope: 'openid email' })
      const answer = await ask(access_token)
      t.equal(answer.headers['content-type'], 'application/jwt')
      t.equal(answer.headers['cache-control'], 'no-store')
      const options = { issuer: ISSUER, audience: id, algorithms: [userinfoAlg] }
      const { payload } =
        userinfoAlg === 'HS256'
          ? await jwtVerify(answer.body, Buffer.from(SECRET), options)
          : await jwtVerify(answer.body, jwks, options)
      t.strictSame(payload, {
        sub: ada,
        email: 'ada@example.com',
        email_verified: true,
        iss: ISSUER,
        aud: id,
      })
      t.test('it is no hint at sign-out', async (t) => {
        const url = `/logout?${new URLSearchParams({ id_token_hint: answer.body })}`
        t.equal((await issuer.app.inject(url)).statusCode, 400)
      })
    })
  }
})

t.test('section 8: pairwise subjects', async (t) => {
  const subOf = async (id: string) => decodeJwt((await signIn(id)).id_token).sub
  t.test('one sector knows a person by one name, another by another', async (t) => {
    const [one, sibling, stranger] = [
      await subOf('pairwise'),
      await subOf('sibling'),
      await subOf('stranger'),
    ]
    t.match(one, /^p_[A-Za-z0-9_-]{43}$/)
    t.equal(sibling, one)
    t.not(stranger, one)
  })
  t.test(
    'ID token, access token, user info and introspection agree, and none names the person',
    async (t) => {
      const tokens = await signIn('pairwise', { scope: 'openid email' })
      const sub = decodeJwt(tokens.id_token).sub
      t.equal(decodeJwt(tokens.access_token).sub, sub)
      const answer = await ask(tokens.access_token)
      t.strictSame(answer.json(), { sub, email: 'ada@example.com', email_verified: true })
      const texts = [answer.body]
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const about = await issuer.post('/introspect', { token }, 'pairwise')
        t.match(about.json(), { active: true, sub })
        texts.push(about.body)
      }
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
      const again = (await issuer.post('/token', form, 'pairwise')).json()
      t.equal(decodeJwt(again.id_token).sub, sub, 'Core section 12.2: the same after a refresh')
      texts.push(JSON.stringify(decodeJwt(again.access_token)))
      for (const text of texts) t.notMatch(text, ada)
    },
  )
  t.test('the ID token is a hint of whom it is about', async (t) => {
    const asked = { client_id: 'pairwise', redirect_uri: REDIRECT, scope: 'openid' }
    const hint = { ...asked, prompt: 'none', id_token_hint: (await signIn('pairwise')).id_token }
    const [adas, bobs] = [issuer.browser(), issuer.browser()]
    await adas.signIn('ada', asked)
    await bobs.signIn('bob', asked)
    t.ok((await adas.signIn('ada', hint)).get('code'))
    t.equal((await bobs.signIn('bob', hint)).get('error'), 'login_required')
  })

  const endings: [string, (tokens: Tokens) => Promise<unknown>][] = [
    [
      'its session',
      ({ access_token }) => {
        const sid = String(decodeJwt(access_token)['sid'])
        return issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
      },
    ],
    ['all of its person', () => issuer.end({ kind: 'user', sub: ada }, 'admin', { sub: 'issuer' })],
    [
      "its person's consent",
      () => issuer.end({ kind: 'stale', about: ada }, 'consent_withdrawn', { sub: 'issuer' }),
    ],
    [
      'its client',
      () => issuer.end({ kind: 'client', clientId: 'pairwise' }, 'admin', { sub: 'issuer' }),
    ],
    ['everything', () => issuer.end({ kind: 'all' }, 'emergency', { sub: 'issuer' })],
    [
      'itself, at /revoke',
      ({ access_token }) => issuer.post('/revoke', { token: access_token }, 'pairwise'),
    ],
    [
      'its refresh token, at /revoke',
      ({ refresh_token }) => issuer.post('/revoke', { token: refresh_token }, 'pairwise'),
    ],
  ]
  for (const [name, end] of endings) {
    t.test(`a pairwise token ends with ${name}`, async (t) => {
      const tokens = await signIn('pairwise')
      t.equal((await ask(tokens.access_token)).statusCode, 200)
      await end(tokens)
      t.strictSame(await refusal(tokens.access_token), INVALID)
      const about = await issuer.post('/introspect', { token: tokens.access_token }, 'pairwise')
      t.strictSame(about.json(), { active: false })
    })
  }
  t.test('a revoked one leaves the other tokens of the session alone', async (t) => {
    const tokens = await signIn('pairwise')
    const { log } = issuer.store
    const ends = t.capture(log, 'end', log.end)
    await issuer.post('/revoke', { token: tokens.access_token }, 'pairwise')
    t.match(ends(), [{ args: [{ kind: 'token', sub: ada }] }], 'in the partition of the person')
    const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
    const again = (await issuer.post('/token', form, 'pairwise')).json()
    t.equal((await ask(again.access_token)).statusCode, 200)
  })
})

t.test('section 5.3.3: who is refused', async (t) => {
  await app('plain')
  const machine = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const refused = async (t: Test, token: string) => t.strictSame(await refusal(token), INVALID)
  t.test('attack F18: who is stale is told so, and refreshes', async (t) => {
    const { access_token } = await signIn('plain')
    const actor = { sub: 'issuer' }
    await issuer.end({ kind: 'stale', about: ada }, 'permissions_changed', actor)
    const answer = await ask(access_token)
    t.equal(answer.statusCode, 401)
    t.match(answer.headers['www-authenticate'], /error="invalid_token", reason="stale"$/)
    t.equal(answer.json().reason, 'stale')
  })
  t.test('a machine', async (t) => refused(t, machine.json().access_token))
  t.test('an ID token', async (t) => refused(t, (await signIn('plain')).id_token))
  t.test('a person who is disabled', async (t) => {
    const { access_token } = await signIn('plain')
    await issuer.directory.users.setDisabled(ada, true)
    await refused(t, access_token)
    await issuer.directory.users.setDisabled(ada, false)
    t.equal((await ask(access_token)).statusCode, 200)
  })
  t.test('a client that is disabled', async (t) => {
    const { access_token } = await signIn('plain')
    await issuer.directory.clients.setDisabled('plain', true)
    await refused(t, access_token)
    await issuer.directory.clients.setDisabled('plain', false)
  })
})
