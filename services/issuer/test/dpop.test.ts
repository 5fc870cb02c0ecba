import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import type { DpopProofFacts } from '@latchkey/tokens'
import { decodeJwt, exportJWK } from 'jose'
import t from 'tap'
import { dpopApp } from './fixtures/dpop-app.ts'
import { CALLBACK, ISSUER, ORDERS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const app = dpopApp(issuer)
const MACHINE = { grant_type: 'client_credentials', resource: ORDERS }

t.test('RFC 9449 section 5: a proof binds the token', async (t) => {
  const answer = await app.token(MACHINE)
  t.match(answer.json(), { token_type: 'DPoP', expires_in: 300 })
  t.match(decodeJwt(answer.json().access_token), { cnf: { jkt: app.jkt } })
  t.match(answer.headers['dpop-nonce'], /^[A-Za-z0-9_-]{22}$/)
  const about = await issuer.post('/introspect', { token: answer.json().access_token })
  t.match(about.json(), { active: true, token_type: 'DPoP', cnf: { jkt: app.jkt } })
  t.test('and without one it is a bearer token', async (t) => {
    const plain = await issuer.post('/token', MACHINE)
    t.equal(plain.json().token_type, 'Bearer')
    t.equal(decodeJwt(plain.json().access_token)['cnf'], undefined)
    t.equal(plain.headers['dpop-nonce'], undefined)
  })
  t.test('a client that may only have bound tokens is refused others', async (t) => {
    await issuer.changeClient('orders', { requireDpop: true })
    const answer = await issuer.post('/token', MACHINE)
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_request'])
    t.equal((await app.token(MACHINE)).statusCode, 200)
    await issuer.changeClient('orders', { requireDpop: false })
  })
})

t.test('attack D18: proofs that prove nothing', async (t) => {
  const privateJwk = await exportJWK(app.privateKey)
  const other = dpopApp(issuer)
  const secret = new TextEncoder().encode(SECRET)
  const now = issuer.now()
  const cases: [string, () => Promise<string> | string, 200 | 400][] = [
    ['a good one', () => app.forge({}), 200],
    [
      'another spelling of the address',
      () => app.forge({ htu: 'HTTP://sso.LOCALHOST:4000/%74oken' }),
      200,
    ],
    ['an address with a query', () => app.forge({ htu: `${ISSUER}/token?x=1` }), 200],
    ['made 60 s ago', () => app.forge({ iat: now - 60 }), 200],
    ['made 10 s ahead', () => app.forge({ iat: now + 10 }), 200],
    ['with an exp of its own', () => app.forge({ exp: now - 1, nbf: now + 100 }), 200],
    ['another method', () => app.forge({ htm: 'GET' }), 400],
    ['another spelling of the method', () => app.forge({ htm: 'post' }), 400],
    ['another address', () => app.forge({ htu: `${ISSUER}/userinfo` }), 400],
    ['another host', () => app.forge({ htu: 'http://evil.example/token' }), 400],
    ['no address', () => app.forge({ htu: undefined }), 400],
    ['too old', () => app.forge({ iat: now - 61 }), 400],
    ['too new', () => app.forge({ iat: now + 11 }), 400],
    ['no time', () => app.forge({ iat: undefined }), 400],
    ['no jti', () => app.forge({ jti: undefined }), 400],
    ['a private key in the header', () => app.forge({}, { jwk: privateJwk }), 400],
    ['no key', () => app.forge({}, { jwk: undefined }), 400],
    ['the key of somebody else', () => app.forge({}, {}, other.privateKey), 400],
    ['a MAC', () => app.forge({}, { alg: 'HS256' }, secret), 400],
    ['another type', () => app.forge({}, { typ: 'JWT' }), 400],
    ['a list of two', async () => `${await app.forge({})}, ${await app.forge({})}`, 400],
    ['nothing', () => 'x', 400],
  ]
  for (const [name, make, status] of cases) {
    t.test(name, async (t) => {
      const answer = await app.token(MACHINE, await make())
      t.equal(answer.statusCode, status)
      t.match(answer.headers['dpop-nonce'], /^.{22}$/)
      if (status === 400) t.equal(answer.json().error, 'invalid_dpop_proof')
    })
  }
  t.test('the same one twice', async (t) => {
    const proof = app.proof()
    t.equal((await app.token(MACHINE, proof)).statusCode, 200)
    t.equal((await app.token(MACHINE, proof)).json().error, 'invalid_dpop_proof')
    const jti = String(decodeJwt(proof).jti)
    t.equal((await app.token(MACHINE, await other.forge({ jti }))).statusCode, 200, 'of its key')
  })
  t.test('the same one 50 times at once', async (t) => {
    const proof = app.proof()
    const all = Array.from({ length: 50 }, () => app.token(MACHINE, proof))
    const good = (await Promise.all(all)).filter(({ statusCode }) => statusCode === 200)
    t.equal(good.length, 1)
  })
  t.test('one that was refused has not used up its jti', async (t) => {
    const jti = 'the-next-one'
    await app.token(MACHINE, await app.forge({ jti, htm: 'GET' }))
    await app.token(MACHINE, await app.forge({ jti, nonce: 'x' }))
    t.equal((await app.token(MACHINE, await app.forge({ jti }))).statusCode, 200)
  })
  t.test('two headers', async (t) => {
    await issuer.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = issuer.app.server.address() as AddressInfo
    const statusOf = async (...proofs: string[]) => {
      const socket = connect(port, '127.0.0.1')
      const body = new URLSearchParams(MACHINE).toString()
      const lines = [
        'POST /token HTTP/1.1',
        'host: x',
        `authorization: Basic ${Buffer.from(`orders:${SECRET}`).toString('base64')}`,
        ...proofs.map((proof, i) => `${i % 2 === 0 ? 'dpop' : 'DPoP'}: ${proof}`),
        'content-type: application/x-www-form-urlencoded',
        `content-length: ${body.length}`,
        'connection: close',
      ]
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`)
      let text = ''
      socket.on('data', (data) => {
        text += data
      })
      await once(socket, 'close')
      return text
    }
    t.match(await statusOf(app.proof()), 'HTTP/1.1 200')
    t.match(await statusOf(app.proof(), app.proof()), 'invalid_dpop_proof')
  })
})

t.test('RFC 9449 section 8: nonces of the issuer', async (t) => {
  const first = String((await app.token(MACHINE)).headers['dpop-nonce'])
  const attempt = async (nonce: string) => (await app.token(MACHINE, app.proof({ nonce }))).json()
  t.equal((await attempt(first)).token_type, 'DPoP')
  t.equal((await attempt(first)).token_type, 'DPoP', 'a nonce is good for more than one proof')
  t.equal((await attempt('A'.repeat(22))).error, 'use_dpop_nonce')
  t.equal((await attempt(`${first}A`)).error, 'use_dpop_nonce')
  issuer.advance(300)
  t.equal((await attempt(first)).token_type, 'DPoP', 'and in the window after its own')
  issuer.advance(300)
  const refused = await app.token(MACHINE, app.proof({ nonce: first }))
  t.strictSame([refused.statusCode, refused.json().error], [400, 'use_dpop_nonce'])
  const next = String(refused.headers['dpop-nonce'])
  t.not(next, first)
  t.equal((await attempt(next)).token_type, 'DPoP')
  t.test('where they are required, a proof without one is told which', async (t) => {
    const strict = await testIssuer({ dpopNonce: 'required' })
    t.teardown(() => strict.close())
    const strictApp = dpopApp(strict)
    const refused = await strictApp.token(MACHINE)
    t.strictSame([refused.statusCode, refused.json().error], [400, 'use_dpop_nonce'])
    const nonce = String(refused.headers['dpop-nonce'])
    t.equal((await strictApp.token(MACHINE, strictApp.proof({ nonce }))).statusCode, 200)
    t.equal((await strict.post('/token', MACHINE)).statusCode, 200, 'bearer tokens need none')
  })
})

t.test('RFC 9449 sections 5 and 10: what is bound, and for how long', async (t) => {
  const { codeOf } = tokenRequests(issuer)
  const redeem = async (code: string, dpop?: string) =>
    await app.token(
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: CALLBACK,
        code_verifier: VERIFIER,
      },
      dpop,
    )
  const refresh = (refreshToken: string, dpop: string | undefined, clientId: string) =>
    app.token({ grant_type: 'refresh_token', refresh_token: refreshToken }, dpop, clientId)
  const other = dpopApp(issuer)

  t.test('a code that was asked for with a key is for that key', async (t) => {
    const cases: [string | undefined, number][] = [
      [undefined, 400],
      [other.proof(), 400],
      [app.proof(), 200],
    ]
    for (const [dpop, status] of cases) {
      const code = await codeOf(undefined, { dpop_jkt: app.jkt })
      const answer =
        dpop === undefined
          ? await issuer.post('/token', {
              grant_type: 'authorization_code',
              code,
              redirect_uri: CALLBACK,
              code_verifier: VERIFIER,
            })
          : await redeem(code, dpop)
      t.equal(answer.statusCode, status)
      if (status === 400) t.equal(answer.json().error, 'invalid_grant')
    }
  })
  t.test('a bad proof does not use up the code', async (t) => {
    const code = await codeOf()
    t.equal((await redeem(code, 'x')).json().error, 'invalid_dpop_proof')
    t.equal((await redeem(code, app.proof())).json().token_type, 'DPoP')
  })
  t.test('a confidential client may change its key, or do without', async (t) => {
    const tokens = (await redeem(await codeOf())).json()
    const second = (await refresh(tokens.refresh_token, other.proof(), 'orders')).json()
    t.match(decodeJwt(second.access_token), { cnf: { jkt: other.jkt } })
    const third = await issuer.post('/token', {
      grant_type: 'refresh_token',
      refresh_token: second.refresh_token,
    })
    t.equal(third.json().token_type, 'Bearer')
  })
  t.test('the refresh tokens of a public client need the key for ever', async (t) => {
    const query = { client_id: 'native', redirect_uri: 'http://127.0.0.1:9/done' }
    const code = (await issuer.browser().signIn('ada', query)).get('code') ?? ''
    const first = await app.token(
      {
        grant_type: 'authorization_code',
        code,
        redirect_uri: query.redirect_uri,
        code_verifier: VERIFIER,
      },
      app.proof(),
      'native',
    )
    const { refresh_token } = first.json()
    t.equal((await refresh(refresh_token, other.proof(), 'native')).json().error, 'invalid_grant')
    const bare = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'refresh_token',
        refresh_token,
        client_id: 'native',
      }).toString(),
    })
    t.equal(bare.json().error, 'invalid_grant')
    let current = refresh_token
    for (let turn = 0; turn < 2; turn++) {
      const answer = (await refresh(current, app.proof(), 'native')).json()
      t.equal(answer.token_type, 'DPoP')
      current = answer.refresh_token
    }
  })
})

t.test('RFC 9449 section 7: bound tokens at the issuer’s own resources', async (t) => {
  const { codeOf } = tokenRequests(issuer)
  const person = await app.token({
    grant_type: 'authorization_code',
    code: await codeOf(undefined, { resource: ISSUER }),
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })
  const machine = await app.token({ grant_type: 'client_credentials' }, app.proof(), 'operator')
  const unbound = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const other = dpopApp(issuer)
  const resources: [string, string][] = [
    ['/userinfo', person.json().access_token],
    ['/admin/v1/users', machine.json().access_token],
  ]
  for (const [path, token] of resources) {
    const refusals: [
      string,
      Partial<DpopProofFacts>,
      Record<string, string>,
      string | undefined,
    ][] = [
      ['the key and the token', {}, {}, undefined],
      ['the scheme in any case', {}, { authorization: `dPoP ${token}` }, undefined],
      ['as a bearer token', {}, { authorization: `Bearer ${token}` }, 'invalid_token'],
      ['a proof about another token', { accessToken: `${token}x` }, {}, 'invalid_dpop_proof'],
      ['a proof for another method', { method: 'POST' }, {}, 'invalid_dpop_proof'],
      ['a proof for another address', { uri: `${ISSUER}/token` }, {}, 'invalid_dpop_proof'],
      ['an unknown nonce', { nonce: 'x' }, {}, 'use_dpop_nonce'],
      ['no proof', {}, { dpop: '' }, 'invalid_dpop_proof'],
      [
        'the key of somebody else',
        {},
        {
          dpop: other.proof({ method: 'GET', uri: `${ISSUER}${path}`, accessToken: token }),
        },
        'invalid_token',
      ],
    ]
    for (const [name, facts, headers, error] of refusals) {
      t.test(`${path} with ${name}: ${error ?? 'opens'}`, async (t) => {
        const answer = await app.get(path, token, facts, headers)
        t.equal(answer.statusCode, error === undefined ? 200 : 401)
        if (error === undefined) return
        const challenge = String(answer.headers['www-authenticate'])
        t.match(challenge, `error="${error}"`)
        t.equal(challenge.startsWith('Bearer'), name === 'as a bearer token')
        if (!challenge.startsWith('Bearer')) {
          t.match(challenge, 'algs="ES256 EdDSA Ed25519 PS256"')
        }
        if (error === 'use_dpop_nonce') t.match(answer.headers['dpop-nonce'], /^.{22}$/)
      })
    }
    t.test(`${path}: a proof counts once`, async (t) => {
      const dpop = app.proof({ method: 'GET', uri: `${ISSUER}${path}`, accessToken: token })
      t.equal((await app.get(path, token, {}, { dpop })).statusCode, 200)
      t.equal((await app.get(path, token, {}, { dpop })).statusCode, 401)
    })
  }
  t.test('a proof beside a token that is bound to nothing proves nothing', async (t) => {
    const answer = await app.get('/admin/v1/users', unbound.json().access_token)
    t.match(answer.headers['www-authenticate'], /^DPoP .*error="invalid_token"/)
  })
})
