import type { AccessTokenClaims } from '@latchkey/protocol'
import { deriveServiceKey, signAccessToken } from '@latchkey/tokens'
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt } from 'jose'
import t, { type Test } from 'tap'
import { sharedRoutes } from '../src/checks/shared-routes.ts'
import { dpopApp } from './fixtures/dpop-app.ts'
import { CALLBACK, ISSUER, ORDERS, REPORTS, testIssuer, VERIFIER } from './test-issuer.ts'
import { ACCESS_TOKEN, EXCHANGE, tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { codeOf, exchange, tokensOf } = tokenRequests(issuer)
const machineToken = async (clientId: string, resource: string) =>
  (await issuer.post('/token', { grant_type: 'client_credentials', resource }, clientId)).json()
    .access_token as string

/** As a service could: it knows the key of its own tokens. */
function forge(audience: string, claims: AccessTokenClaims, master = 7): string {
  const facts = { master: Buffer.alloc(32, master), issuer: ISSUER, alg: 'HS256' } as const
  return signAccessToken(deriveServiceKey({ ...facts, audience, generation: 1 }), claims)
}
const claimsOf = (answer: LightMyRequestResponse) =>
  decodeJwt<AccessTokenClaims>(answer.json().access_token)

t.test('RFC 8693 section 2: a service calls another one for a person', async (t) => {
  const { access_token } = await tokensOf()
  issuer.advance(200)
  const answer = await exchange(access_token, { resource: REPORTS })
  t.equal(answer.statusCode, 200)
  t.match(answer.json(), {
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: 100,
    scope: 'openid profile email',
  })
  const [before, after] = [decodeJwt<AccessTokenClaims>(access_token), claimsOf(answer)]
  t.match(after, {
    sub: before.sub,
    sid: before.sid,
    aud: REPORTS,
    client_id: 'orders',
    act: { sub: 'svc:orders' },
    routes: ['GET /reports/*'],
  })
  t.equal(after.exp, before.exp, 'it does not outlive what it was made from')
  t.test('on and on: the newest actor is the outermost', async (t) => {
    const second = await exchange(answer.json().access_token, { audience: ORDERS }, 'reports')
    t.strictSame(claimsOf(second).act, { sub: 'svc:reports', act: { sub: 'svc:orders' } })
  })
  t.test('for less', async (t) => {
    const narrow = await exchange(access_token, { resource: REPORTS, scope: 'openid email' })
    t.equal(narrow.json().scope, 'openid email')
    t.equal(claimsOf(narrow).scope, 'openid email')
  })
  t.test('a chain has an end', async (t) => {
    let token = (await tokensOf(undefined, { resource: ORDERS })).access_token
    const ways = [
      ['orders', REPORTS],
      ['reports', ORDERS],
    ] as const
    for (let depth = 0; depth < 8; depth++) {
      const [clientId, resource] = ways[depth % 2] ?? ways[0]
      const answer = await exchange(token, { resource }, clientId)
      t.equal(answer.statusCode, 200, `${depth + 1} actors`)
      token = answer.json().access_token
    }
    const last = await exchange(token, { resource: REPORTS })
    t.strictSame([last.statusCode, last.json().error], [400, 'invalid_request'])
  })
})

type Attempt = () => Promise<LightMyRequestResponse>
async function refuses(
  t: Test,
  rows: readonly (readonly [string, Attempt, string])[],
): Promise<void> {
  for (const [name, attempt, code] of rows) {
    await t.test(`${name}: ${code}`, async (t) => {
      const answer = await attempt()
      t.strictSame([answer.statusCode, answer.json().error], [400, code])
    })
  }
}

const own = (await tokensOf()).access_token
const tokenType = (name: string) => `urn:ietf:params:oauth:token-type:${name}`
const bare = (form: Record<string, string>) =>
  issuer.post('/token', { grant_type: EXCHANGE, resource: REPORTS, ...form })

t.test('attack D12: what is missing or of another type', (t) =>
  refuses(t, [
    ['no subject token', () => bare({ subject_token_type: ACCESS_TOKEN }), 'invalid_request'],
    ['an empty one', () => exchange(''), 'invalid_request'],
    ['no type', () => bare({ subject_token: own }), 'invalid_request'],
    ...['id_token', 'refresh_token', 'saml2', 'jwt'].map(
      (name) =>
        [
          `the type ${name}`,
          () => exchange(own, { subject_token_type: tokenType(name) }),
          'invalid_request',
        ] as const,
    ),
    ...['id_token', 'refresh_token', 'jwt'].map(
      (name) =>
        [
          `asking for ${name}`,
          () => exchange(own, { resource: REPORTS, requested_token_type: tokenType(name) }),
          'invalid_request',
        ] as const,
    ),
    [
      'an actor token without its type',
      () => exchange(own, { resource: REPORTS, actor_token: own }),
      'invalid_request',
    ],
    [
      'the type of an actor token without one',
      () => exchange(own, { resource: REPORTS, actor_token_type: ACCESS_TOKEN }),
      'invalid_request',
    ],
  ]),
)

t.test('attack D13: what is dead, foreign, or no token of a person', async (t) => {
  const living = decodeJwt<AccessTokenClaims>(own)
  const { id_token, refresh_token } = await tokensOf()
  const spent = (await tokensOf()).access_token
  await issuer.post('/revoke', { token: spent })
  const ended = (await tokensOf()).access_token
  const sid = String(decodeJwt(ended)['sid'])
  await issuer.end({ kind: 'session', sid }, 'admin', { sub: 'issuer' })
  const machine = await machineToken('reports', ORDERS)
  const to = { resource: REPORTS }
  t.test('a token of somebody who was disabled', async (t) => {
    const sub = await issuer.sub('ada')
    await issuer.directory.users.setDisabled(sub, true)
    const answer = await exchange(own, to)
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_request'])
    await issuer.directory.users.setDisabled(sub, false)
  })
  await refuses(t, [
    ['garbage', () => exchange('x.y.z', to), 'invalid_request'],
    ['an ID token', () => exchange(id_token, to), 'invalid_request'],
    ['its own refresh token', () => exchange(refresh_token, to), 'invalid_request'],
    ['a token that was given back', () => exchange(spent, to), 'invalid_request'],
    ['a token of an ended session', () => exchange(ended, to), 'invalid_request'],
    ['a machine’s token', () => exchange(machine, to), 'invalid_request'],
    [
      'a token of another issuer’s key',
      () => exchange(forge(ORDERS, living, 8), to),
      'invalid_request',
    ],
    [
      'an expired token',
      () =>
        exchange(forge(ORDERS, { ...living, iat: living.iat - 600, exp: living.iat - 300 }), to),
      'invalid_request',
    ],
    [
      'a session that was made up',
      () => exchange(forge(ORDERS, { ...living, sid: `s0_${'A'.repeat(22)}` }), to),
      'invalid_request',
    ],
    [
      'a person who is not in the session',
      () => exchange(forge(ORDERS, { ...living, sub: 'u_01ARZ3NDEKTSV4RRFFQ69G5FAV' }), to),
      'invalid_request',
    ],
  ])
})

t.test('attack D14: for more than was given', async (t) => {
  const narrow = (await tokensOf(undefined, { scope: 'openid' })).access_token
  await refuses(t, [
    [
      'a token for another service',
      () => exchange(own, { resource: ORDERS }, 'reports'),
      'invalid_request',
    ],
    [
      'a service that is not allowed',
      () => exchange(own, { resource: 'https://evil.example' }),
      'invalid_target',
    ],
    ['the issuer', () => exchange(own, { resource: ISSUER }), 'invalid_target'],
    [
      'two services',
      () => exchange(own, { resource: REPORTS, audience: ORDERS }),
      'invalid_target',
    ],
    [
      'a wider scope',
      () => exchange(narrow, { resource: REPORTS, scope: 'openid email' }),
      'invalid_scope',
    ],
  ])
  t.test('a service that was closed', async (t) => {
    const service = await issuer.directory.services.find(REPORTS)
    if (!service) throw new Error('the service is declared')
    await issuer.directory.services.save({ ...service, disabled: true })
    const answer = await exchange(own, { resource: REPORTS })
    t.equal(answer.json().error, 'invalid_target')
    await issuer.directory.services.save(service)
  })
  t.test(
    'no more routes than the person has now, nor than the token had at its service',
    async (t) => {
      const claims = decodeJwt<AccessTokenClaims>(own)
      const routesOf = async (routes: readonly string[], resource: string) =>
        claimsOf(await exchange(forge(ORDERS, { ...claims, routes }), { resource })).routes
      t.strictSame(await routesOf(['* /*'], ORDERS), ['GET /orders', 'GET /orders/:id'])
      t.strictSame(await routesOf(['GET /orders'], ORDERS), ['GET /orders'])
      t.strictSame(await routesOf(['GET /secrets'], ORDERS), [])
      t.strictSame(await routesOf(['* /*'], REPORTS), ['GET /reports/*'])
    },
  )
})

t.test('grants that two lists share', async (t) => {
  const rows: [string[], string[], string[]][] = [
    [['GET /a'], ['GET /a'], ['GET /a']],
    [['GET /a'], ['GET /b'], []],
    [['* /*'], ['GET /a', 'POST /b/*'], ['GET /a', 'POST /b/*']],
    [['GET /a/*', 'POST /a'], ['* /a/b', 'POST /*'], ['POST /a']],
    [['GET /a/*'], ['GET /a/:id', 'GET /a'], ['GET /a/:id']],
    [['* /a'], ['GET /a'], ['GET /a']],
    [[], ['* /*'], []],
    [['no grant'], ['* /*'], []],
  ]
  for (const [one, other, shared] of rows) {
    t.strictSame(sharedRoutes(one, other), shared, `${one} and ${other}`)
    t.strictSame(sharedRoutes(other, one), shared, `${other} and ${one}`)
  }
})

t.test('RFC 8693 section 1.1: who acts, and who may hide it', async (t) => {
  const app = dpopApp(issuer)
  const actors: [string, () => Promise<string>, number][] = [
    ['itself', () => machineToken('orders', REPORTS), 200],
    ['another machine', () => machineToken('reports', ORDERS), 400],
    ['a person', async () => own, 400],
    ['nobody', async () => 'x.y.z', 400],
    [
      'itself, by a token whose key it does not show',
      async () =>
        (await app.token({ grant_type: 'client_credentials', resource: REPORTS })).json()
          .access_token,
      400,
    ],
  ]
  const act = async (actorToken: string) =>
    await exchange(own, {
      resource: REPORTS,
      actor_token: actorToken,
      actor_token_type: ACCESS_TOKEN,
    })
  for (const [name, actor, status] of actors) {
    t.test(`a service that names ${name}: ${status}`, async (t) => {
      const answer = await act(await actor())
      t.equal(answer.statusCode, status)
      if (status === 200) t.strictSame(claimsOf(answer).act, { sub: 'svc:orders' })
      else t.equal(answer.json().error, 'invalid_request')
    })
  }
  t.test('a client that may impersonate is named only when it names itself', async (t) => {
    await issuer.changeClient('orders', { mayImpersonate: true })
    const silent = claimsOf(await exchange(own, { resource: REPORTS }))
    t.equal(silent.act, undefined)
    t.equal(silent.client_id, 'orders', 'who asked for it stays known')
    const named = claimsOf(await act(await machineToken('orders', REPORTS)))
    t.strictSame(named.act, { sub: 'svc:orders' })
    const chain = (await exchange(own, { resource: ORDERS, audience: ORDERS })).json().access_token
    await issuer.changeClient('orders', { mayImpersonate: false })
    t.equal(decodeJwt(chain)['act'], undefined)
    const delegated = (await exchange(own, { resource: ORDERS })).json().access_token
    await issuer.changeClient('orders', { mayImpersonate: true })
    const kept = claimsOf(await exchange(delegated, { resource: REPORTS }))
    t.strictSame(kept.act, { sub: 'svc:orders' }, 'who acted before is not forgotten')
    await issuer.changeClient('orders', { mayImpersonate: false })
  })
})

t.test('RFC 9449: keys on both sides of an exchange', async (t) => {
  const [app, service] = [dpopApp(issuer), dpopApp(issuer)]
  const bound = await app.token({
    grant_type: 'authorization_code',
    code: await codeOf(),
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  const form = {
    grant_type: EXCHANGE,
    subject_token: bound.json().access_token,
    subject_token_type: ACCESS_TOKEN,
    resource: REPORTS,
  }
  const plain = await issuer.post('/token', form)
  t.equal(plain.json().token_type, 'Bearer', 'the service has no key of the app')
  const again = await service.token(form)
  t.equal(again.json().token_type, 'DPoP')
  t.strictSame(claimsOf(again).cnf, { jkt: service.jkt })
})
