import type { KeyObject } from 'node:crypto'
import { SignJWT, UnsecuredJWT } from 'jose'
import t from 'tap'
import {
  authenticatingEndpoint,
  ec,
  ISSUER,
  NOW,
  otherEc,
  rsa,
} from './fixtures/authenticating-endpoint.ts'

const raw = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
const encode = (text: string) => encodeURIComponent(text).replaceAll('%20', '+')
const basic = (id: string, secret: string) => raw(`${encode(id)}:${encode(secret)}`)

t.test('RFC 6749 section 2.3, attacks D1 and D2: secrets', async (t) => {
  const call = await authenticatingEndpoint()
  const ok = basic('basic', 'secret-of-basic')
  const cases: [string, string | undefined, Record<string, string>, string][] = [
    ['client_secret_basic', ok, {}, 'basic'],
    ['the scheme has no case', ok.replace('Basic', 'bAsIc'), {}, 'basic'],
    [
      'client_secret_post',
      undefined,
      { client_id: 'post', client_secret: 'secret-of-post' },
      'post',
    ],
    ['a public client names itself', undefined, { client_id: 'open' }, 'open'],
    [
      'id and secret are form-urlencoded before base64',
      basic('strange id:1', 'p%+ ss:wörd'),
      {},
      'strange id:1',
    ],
    [
      'a secret that was not form-urlencoded is another one',
      raw('strange id:1:p%+ ss:wörd'),
      {},
      'invalid_client authorization_malformed',
    ],
    ['the id may stand in the body too', ok, { client_id: 'basic' }, 'basic'],
    ['another id in the body', ok, { client_id: 'post' }, 'invalid_request client_id_differs'],
    [
      'two methods at once',
      ok,
      { client_secret: 'secret-of-basic' },
      'invalid_request two_client_authentications',
    ],
    [
      'a method other than registered: post for basic',
      undefined,
      { client_id: 'basic', client_secret: 'secret-of-basic' },
      'invalid_client method_not_registered',
    ],
    [
      'a method other than registered: basic for post',
      basic('post', 'secret-of-post'),
      {},
      'invalid_client method_not_registered',
    ],
    [
      'a confidential client without its secret',
      undefined,
      { client_id: 'basic' },
      'invalid_client method_not_registered',
    ],
    [
      'a public client that sends a secret',
      undefined,
      { client_id: 'open', client_secret: 'x' },
      'invalid_client method_not_registered',
    ],
    [
      'a public client in the header',
      basic('open', ''),
      {},
      'invalid_client method_not_registered',
    ],
    ['a wrong secret', basic('basic', 'wrong'), {}, 'invalid_client secret_wrong'],
    ['an empty secret', basic('basic', ''), {}, 'invalid_client secret_wrong'],
    ['an unknown client', basic('nobody', 'x'), {}, 'invalid_client client_unknown'],
    ['a disabled client', basic('off', 'secret-of-off'), {}, 'invalid_client client_disabled'],
    ['nothing', undefined, {}, 'invalid_client credentials_missing'],
    ['base64 that is none', 'Basic ***', {}, 'invalid_client authorization_malformed'],
    ['no colon', raw('basic'), {}, 'invalid_client authorization_malformed'],
    ['broken percent-encoding', raw('basic:%zz'), {}, 'invalid_client authorization_malformed'],
    ['another scheme', 'Bearer abc', {}, 'invalid_client authorization_malformed'],
  ]
  for (const [name, authorization, form, expected] of cases) {
    t.test(name, async (t) => {
      t.equal(await call(form, authorization === undefined ? {} : { authorization }), expected)
    })
  }
})

interface Assertion {
  readonly clientId?: string
  readonly claims?: Record<string, unknown>
  readonly header?: Record<string, unknown>
  readonly key?: KeyObject
}

/** Each with a jti of its own; members that are undefined are left out. */
let made = 0
async function assertionOf({ clientId = 'jwt', claims, header, key }: Assertion): Promise<string> {
  made += 1
  return await new SignJWT({
    iss: clientId,
    sub: clientId,
    aud: ISSUER,
    jti: `jti-${made}`,
    iat: NOW,
    exp: NOW + 60,
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(key ?? ec.privateKey)
}
const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const formOf = (assertion: string) => ({
  client_assertion_type: TYPE,
  client_assertion: assertion,
})

t.test('RFC 7523, attack D3: private_key_jwt', async (t) => {
  const call = await authenticatingEndpoint()
  const cases: [string, Assertion, string][] = [
    ['a plain one', {}, 'jwt'],
    ['its key by name', { header: { kid: 'ec-1', typ: 'JWT' } }, 'jwt'],
    ['the type of rfc7523bis', { header: { typ: 'client-authentication+jwt' } }, 'jwt'],
    ['RS256 of a client that may', { header: { alg: 'RS256' }, key: rsa.privateKey }, 'jwt'],
    ['the last second', { claims: { iat: NOW - 59, exp: NOW + 1 } }, 'jwt'],
    ['made five minutes ahead', { claims: { exp: NOW + 300 } }, 'jwt'],
    ['a clock that is 10 s ahead', { claims: { iat: NOW + 10 } }, 'jwt'],
    ['the registered algorithm', { clientId: 'es256-only' }, 'es256-only'],
    [
      'RS256 of a client that registered another algorithm',
      { clientId: 'es256-only', header: { alg: 'RS256' }, key: rsa.privateKey },
      'wrong_alg',
    ],
    ['a foreign key', { key: otherEc.privateKey }, 'bad_signature'],
    ['an unknown key name', { header: { kid: 'ec-2' } }, 'keys_none'],
    ['the name of another key', { header: { kid: 'rsa-1' } }, 'keys_none'],
    ['a client without keys', { clientId: 'keyless' }, 'keys_none'],
    ['another type of token', { header: { typ: 'at+jwt' } }, 'wrong_typ'],
    ['a request object', { header: { typ: 'oauth-authz-req+jwt' } }, 'wrong_typ'],
    ['another client as its maker', { claims: { iss: 'es256-only' } }, 'wrong_issuer'],
    ['the token endpoint', { claims: { aud: `${ISSUER}/token` } }, 'wrong_audience'],
    ['the PAR endpoint', { claims: { aud: `${ISSUER}/par` } }, 'wrong_audience'],
    ['a list', { claims: { aud: [ISSUER] } }, 'wrong_audience'],
    ['a list of two', { claims: { aud: [ISSUER, `${ISSUER}/token`] } }, 'wrong_audience'],
    ['another server', { claims: { aud: 'https://other.example' } }, 'wrong_audience'],
    ['nobody', { claims: { aud: undefined } }, 'wrong_audience'],
    ['good for a year', { claims: { exp: NOW + 31_536_000 } }, 'bad_claim'],
    ['good for 301 s', { claims: { exp: NOW + 301 } }, 'bad_claim'],
    ['good for ever', { claims: { exp: undefined } }, 'bad_claim'],
    ['expired', { claims: { iat: NOW - 60, exp: NOW } }, 'expired'],
    ['no jti', { claims: { jti: undefined } }, 'bad_claim'],
    ['an empty jti', { claims: { jti: '' } }, 'bad_claim'],
    ['not yet good', { claims: { nbf: NOW + 11 } }, 'not_yet_valid'],
    ['from the future', { claims: { iat: NOW + 11 } }, 'not_yet_valid'],
  ]
  for (const [name, facts, expected] of cases) {
    t.test(name, async (t) => {
      const { clientId = 'jwt' } = facts
      const outcome = expected === clientId ? expected : `invalid_client assertion_${expected}`
      t.equal(await call(formOf(await assertionOf(facts))), outcome)
    })
  }
  t.test('another client as its subject proves nothing about that client', async (t) => {
    const assertion = await assertionOf({ claims: { sub: 'es256-only' } })
    t.equal(await call(formOf(assertion)), 'invalid_client assertion_wrong_issuer')
  })
  t.test('an unsigned one', async (t) => {
    const claims = { iss: 'jwt', sub: 'jwt', aud: ISSUER, jti: 'x', exp: NOW + 60 }
    const unsigned = new UnsecuredJWT(claims).encode()
    t.equal(await call(formOf(unsigned)), 'invalid_client assertion_wrong_alg')
  })
  t.test('what stands beside it', async (t) => {
    const assertion = await assertionOf({})
    const cases: [Record<string, string>, Record<string, string>, string][] = [
      [{ client_assertion: assertion }, {}, 'invalid_client assertion_type_unknown'],
      [{ client_assertion_type: TYPE }, {}, 'invalid_client assertion_missing'],
      [
        { ...formOf(assertion), client_assertion_type: `${TYPE}2` },
        {},
        'invalid_client assertion_type_unknown',
      ],
      [formOf('x.y.z'), {}, 'invalid_client assertion_malformed'],
      [formOf('x'.repeat(8193)), {}, 'invalid_client assertion_too_long'],
      [
        formOf(assertion),
        { authorization: basic('basic', 'secret-of-basic') },
        'invalid_request two_client_authentications',
      ],
      [
        { ...formOf(assertion), client_secret: 'x' },
        {},
        'invalid_request two_client_authentications',
      ],
      [{ ...formOf(assertion), client_id: 'open' }, {}, 'invalid_request client_id_differs'],
      [{ ...formOf(assertion), client_id: 'jwt' }, {}, 'jwt'],
    ]
    for (const [form, headers, expected] of cases) t.equal(await call(form, headers), expected)
  })
  t.test('a method other than registered, both ways', async (t) => {
    const assertion = await assertionOf({ clientId: 'open' })
    t.equal(await call(formOf(assertion)), 'invalid_client method_not_registered')
    t.equal(await call({ client_id: 'jwt' }), 'invalid_client method_not_registered')
  })
  t.test('a disabled client', async (t) => {
    const assertion = await assertionOf({ clientId: 'jwt-off' })
    t.equal(await call(formOf(assertion)), 'invalid_client client_disabled')
  })
})

t.test('attacks D3 and D4: an assertion counts once, and only its own', async (t) => {
  const call = await authenticatingEndpoint()
  const assertion = await assertionOf({ claims: { jti: 'mine' } })
  const [header, payload] = assertion.split('.')
  const forged = await assertionOf({ claims: { jti: 'mine' }, key: otherEc.privateKey })
  t.equal(await call(formOf(forged)), 'invalid_client assertion_bad_signature')
  t.equal(
    await call(formOf(`${header}.${payload}.${'A'.repeat(86)}`)),
    'invalid_client assertion_bad_signature',
  )
  const elsewhere = await assertionOf({ claims: { jti: 'mine', aud: 'https://other.example' } })
  t.equal(await call(formOf(elsewhere)), 'invalid_client assertion_wrong_audience')
  const others = await assertionOf({ clientId: 'es256-only', claims: { jti: 'mine' } })
  t.equal(await call(formOf(others)), 'es256-only', 'the jti of another client is another jti')
  t.equal(await call(formOf(assertion)), 'jwt', 'none of these has used it up')
  t.equal(await call(formOf(assertion)), 'invalid_client assertion_replayed')
  const again = await assertionOf({ claims: { jti: 'mine', exp: NOW + 61 } })
  t.equal(await call(formOf(again)), 'invalid_client assertion_replayed', 'also in another dress')
})
