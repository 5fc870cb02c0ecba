import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { REFUSED_METADATA } from './fixtures/refused-metadata.ts'
import {
  type Body,
  isRefusal,
  METADATA,
  type Registered,
  registrationScene,
  TOKENS,
} from './fixtures/registration-scene.ts'
import { AUTHORIZE, answerOf, ISSUER, ORDERS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'

const scene = await registrationScene()
t.teardown(() => scene.issuer.close())
const { issuer, admin, initial, send, newToken, register, registered, manage } = scene

t.test('RFC 7591 section 3.2.1: an app registers, and works at once', async (t) => {
  const answer = await register()
  t.equal(answer.statusCode, 201)
  t.equal(answer.headers['cache-control'], 'no-store')
  const client = answer.json<Registered>()
  const { client_id, client_secret, registration_access_token, ...rest } = client
  t.match(client_id, /^r_[\w-]{22}$/)
  t.match([client_secret, registration_access_token], [/^[\w-]{43}$/, /^[\w-]{43}$/])
  t.strictSame(rest, {
    client_id_issued_at: issuer.now(),
    client_secret_expires_at: 0,
    registration_client_uri: `${ISSUER}/register/${client_id}`,
    client_name: 'Notes',
    redirect_uris: ['https://notes.example/cb'],
    post_logout_redirect_uris: [],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
    frontchannel_logout_session_required: false,
    contacts: [],
    require_pushed_authorization_requests: false,
    require_signed_request_object: false,
    dpop_bound_access_tokens: false,
    id_token_signed_response_alg: 'RS256',
    introspection_signed_response_alg: 'RS256',
    subject_type: 'public',
  })
  const redirect_uri = 'https://notes.example/cb'
  const browser = issuer.browser()
  const page = await browser.signIn('ada', { ...AUTHORIZE, client_id, redirect_uri })
  const form = { grant_type: 'authorization_code', redirect_uri, code_verifier: VERIFIER }
  const tokens = await issuer.app.inject({
    method: 'POST',
    url: '/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
    },
    payload: new URLSearchParams({ ...form, code: page.get('code') ?? '' }).toString(),
  })
  t.equal(tokens.statusCode, 200)
  t.ok(await issuer.directory.consents.find(await issuer.sub('ada'), client_id), 'with consent')
})

t.test('all metadata comes back as registered, and unknown members are ignored', async (t) => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const metadata = {
    client_name: 'Notes',
    redirect_uris: ['https://notes.example/cb', 'com.example.notes:/cb'],
    post_logout_redirect_uris: ['https://notes.example/'],
    grant_types: [
      'authorization_code',
      'refresh_token',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] },
    backchannel_logout_uri: 'https://notes.example/out',
    frontchannel_logout_uri: 'https://notes.example/frame',
    frontchannel_logout_session_required: true,
    initiate_login_uri: 'https://notes.example/login',
    client_uri: 'https://notes.example/',
    policy_uri: 'https://notes.example/policy',
    tos_uri: 'https://notes.example/terms',
    contacts: ['ops@notes.example'],
    require_pushed_authorization_requests: true,
    require_signed_request_object: true,
    request_object_signing_alg: 'ES256',
    dpop_bound_access_tokens: true,
    default_max_age: 600,
    id_token_signed_response_alg: 'ES256',
    userinfo_signed_response_alg: 'PS256',
    introspection_signed_response_alg: 'EdDSA',
    subject_type: 'public',
  }
  const unknown = { logo_uri: 'x', 'client_name#fr': 'Notes', scope: 'a', nothing: null }
  const { client_id, client_id_issued_at, ...told } = await registered({ ...metadata, ...unknown })
  const { registration_access_token, registration_client_uri, ...rest } = told
  t.strictSame(rest, metadata)
  const sealed = await registered({ id_token_signed_response_alg: 'HS256' })
  const stored = await issuer.directory.clients.find(sealed.client_id)
  const [secret] = stored?.secrets ?? []
  t.equal(
    stored && secret && issuer.directory.clientSecrets.open(stored, secret),
    sealed.client_secret,
  )
})

t.test('attack D19: what an app says of itself gives it no rights', async (t) => {
  const wanted = {
    first_party: true,
    token_api: true,
    may_impersonate: true,
    services: [ISSUER],
    grants: { [ISSUER]: ['* /admin/v1/*'] },
    require_pkce: false,
    cors_origins: ['https://evil.example'],
    disabled: false,
    secret: SECRET,
    sector_host: 'notes.example',
    createdAt: 1,
    firstParty: true,
    registrationTokenHash: 'x',
    audience: ISSUER,
  }
  const least = {
    firstParty: false,
    tokenApi: false,
    mayImpersonate: false,
    services: [ORDERS],
    grants: [],
    requirePkce: true,
    corsOrigins: [],
  }
  const client = await registered(wanted)
  t.match(await issuer.directory.clients.find(client.client_id), least)
  const updated = await manage('PUT', client, { ...METADATA, ...wanted })
  t.equal(updated.statusCode, 200)
  t.match(await issuer.directory.clients.find(client.client_id), least, 'nor an update')
  t.notOk(Object.keys(wanted).some((name) => name in updated.json()))
  const pairwise = await registered({ subject_type: 'pairwise' })
  t.match(await issuer.directory.clients.find(pairwise.client_id), { services: [] })
})

t.test('RFC 7591 section 3.2.2: what is refused, in a registration and in an update', async (t) => {
  const client = await registered()
  for (const [name, metadata, error] of REFUSED_METADATA) {
    const body = { ...METADATA, ...(metadata as Body) }
    t.ok(isRefusal(await register(body), 400, error), `${name}: registration`)
    t.ok(isRefusal(await manage('PUT', client, body), 400, error), `${name}: update`)
  }
  const deep = await issuer.app.inject({
    method: 'POST',
    url: '/register',
    headers: { authorization: `Bearer ${initial}`, 'content-type': 'application/json' },
    payload: `{"jwks":${'['.repeat(30_000)}${']'.repeat(30_000)}}`,
  })
  t.ok(isRefusal(deep, 400, 'invalid_client_metadata'), 'thirty thousand levels')
  const told = (await register({ ...METADATA, jwks_uri: 'x', client_name: '' })).json()
  t.match(told.error_description, /^(jwks_uri|client_name): expected /, 'in the words of the app')
  for (const own of ['client_id', 'client_secret']) {
    const answer = await register({ ...METADATA, [own]: SECRET })
    t.ok(isRefusal(answer, 400, 'invalid_client_metadata'), `attack D19: its own ${own}`)
  }
})

t.test('who may register: RFC 7591 section 3', async (t) => {
  const nobody = await send('POST', '/register', undefined, METADATA)
  t.equal(nobody.statusCode, 401)
  t.match(nobody.headers['www-authenticate'], /^Bearer realm="latchkey registration"/)
  t.ok(isRefusal(await register(METADATA, 'x'), 401, 'invalid_token'), 'a wrong token')
  const own = await registered()
  const { registration_access_token } = own
  t.ok(isRefusal(await register(METADATA, registration_access_token), 401, 'invalid_token'))
  t.ok(isRefusal(await register(METADATA, admin), 401, 'invalid_token'))

  const { token } = await newToken({ uses: 3 })
  t.equal((await register({ redirect_uris: [] }, token)).statusCode, 400, 'a fault costs no use')
  const many = await Promise.all(Array.from({ length: 50 }, () => register(METADATA, token)))
  const made = many.filter(({ statusCode }) => statusCode === 201)
  t.equal(made.length, 3, 'attack D19: a token with three uses makes three clients, of 50 at once')
  t.equal(many.filter((one) => isRefusal(one, 401, 'invalid_token')).length, 47)

  const late = await newToken({ expires_in: 60 })
  issuer.advance(60)
  t.ok(isRefusal(await register(METADATA, late.token), 401, 'invalid_token'), 'an old token')
  const [record] = await issuer.directory.audit.list({ limit: 1, action: 'client.register' })
  t.match(record, { target: /^client r_/, actor: { sub: /^svc:r_/ }, detail: { name: 'Notes' } })
})

t.test('RFC 9700 section 4.11.2: its faulty requests are no links to anywhere', async (t) => {
  const { client_id } = await registered()
  const own = { ...AUTHORIZE, client_id, redirect_uri: 'https://notes.example/cb' }
  const ask = async (query: Record<string, string>, browser = issuer.browser()) => {
    const answer = await browser.get(`/authorize?${new URLSearchParams(query)}`)
    return [answer.statusCode, answerOf(answer).get('error')]
  }
  const acr = { essential: true, value: 'x' }
  const faults: [Record<string, string>, string][] = [
    [{ scope: 'a"b' }, 'invalid_scope'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ request: 'x' }, 'invalid_request_object'],
    [{ claims: JSON.stringify({ id_token: { acr } }) }, 'unmet_authentication_requirements'],
  ]
  for (const [fault, error] of faults) {
    t.strictSame(await ask({ ...own, ...fault }), [400, null], `${error} is a page`)
    t.strictSame(await ask({ ...own, ...fault, prompt: 'none' }), [303, error], 'silent ones')
    t.strictSame(await ask({ ...AUTHORIZE, ...fault }), [303, error], 'the operator’s own apps')
  }
  t.strictSame(await ask({ ...own, prompt: 'none' }), [303, 'login_required'])
  const browser = issuer.browser()
  await browser.signIn('ada')
  const late = { ...own, ...faults.at(-1)?.[0] }
  t.equal((await ask(late, browser))[0], 303, 'who has signed in may be sent there')
})

t.test('an open issuer asks for no token; one that is off has nothing there', async (t) => {
  for (const [mode, status, endpoint] of [
    ['open', 201, `${ISSUER}/register`],
    ['off', 404, undefined],
  ] as const) {
    const other = await testIssuer({ registration: { mode, services: [] } })
    const answer = await other.app.inject({ method: 'POST', url: '/register', payload: METADATA })
    t.equal(answer.statusCode, status, mode)
    const discovery = await other.app.inject('/.well-known/openid-configuration')
    t.equal(discovery.json().registration_endpoint, endpoint, mode)
    await other.close()
  }
})

t.test('administrators make initial access tokens, see them, and take them back', async (t) => {
  const made = await send('POST', TOKENS, admin, { note: 'for Notes', uses: 2 })
  t.equal(made.statusCode, 201)
  const { token, ...kept } = made.json()
  t.match(kept, {
    note: 'for Notes',
    uses_left: 2,
    created_at: issuer.now(),
    expires_at: issuer.now() + 86_400,
  })
  const list = await send('GET', TOKENS, admin)
  t.notMatch(list.body, token, 'shown once')
  t.match(list.json().registration_tokens, [kept])
  const [record] = await issuer.directory.audit.list({ limit: 1 })
  t.match(record, { action: 'registration_token.create', detail: { note: 'for Notes' } })
  t.notMatch(JSON.stringify(record), token)
  t.equal((await send('DELETE', `${TOKENS}/${kept.id}`, admin)).statusCode, 204)
  t.equal((await send('DELETE', `${TOKENS}/${kept.id}`, admin)).statusCode, 404)
  t.ok(isRefusal(await register(METADATA, token), 401, 'invalid_token'))
  for (const body of [{ uses: 0 }, { uses: 1.5 }, { expires_in: 59 }, { other: 1 }]) {
    const answer = await send('POST', TOKENS, admin, body)
    t.equal(answer.statusCode, 400, JSON.stringify(body))
  }
  t.equal((await send('POST', TOKENS, undefined, {})).statusCode, 401)
})
