import { join } from 'node:path'
import type { Directory } from '@latchkey/directory'
import type { AccessTokenClaims } from '@latchkey/protocol'
import { openSqliteStore } from '@latchkey/store'
import { deriveServiceKey, signAccessToken } from '@latchkey/tokens'
import { decodeJwt } from 'jose'
import t from 'tap'
import { ISSUER, ORDERS, REPORTS, SECRET, testIssuer, VERIFIER } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** A directory that lets something happen, once, between what it has read and whoever asked. */
function interruptible() {
  let interruption: { method: string; happens: () => Promise<unknown> } | undefined
  const wrap = <T extends object>(part: T, path = ''): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver)
        if (typeof member === 'object' && member !== null) return wrap(member, `${String(name)}.`)
        if (typeof member !== 'function') return member
        return (...args: unknown[]): unknown => {
          const answer: unknown = Reflect.apply(member, target, args)
          const now = interruption
          if (now?.method !== `${path}${String(name)}`) return answer
          interruption = undefined
          return Promise.resolve(answer).then(async (value) => {
            await now.happens()
            return value
          })
        }
      },
    })
  return {
    around: (directory: Directory) => wrap(directory),
    after: (method: string, happens: () => Promise<unknown>) => {
      interruption = { method, happens }
    },
  }
}

t.test('a token is made from what is, as of its `rev`', async (t) => {
  const directory = interruptible()
  const issuer = await testIssuer({ around: directory.around })
  t.teardown(() => issuer.close())
  const { redeem, refresh, exchange, codeOf, tokensOf } = tokenRequests(issuer)
  const disable = async (clientId: string) => {
    await issuer.directory.clients.setDisabled(clientId, true)
    await issuer.end({ kind: 'client', clientId }, 'client_disabled', { sub: 'issuer' })
  }
  const grants: [string, string, () => Promise<() => ReturnType<typeof redeem>>][] = [
    [
      'a code',
      'orders',
      async () => {
        const code = await codeOf()
        return () => redeem(code)
      },
    ],
    [
      'a refresh token',
      'orders',
      async () => {
        const { refresh_token } = await tokensOf()
        return () => refresh(refresh_token)
      },
    ],
    [
      'an exchange',
      'reports',
      async () => {
        const { access_token } = await tokensOf(undefined, { resource: REPORTS })
        return () => exchange(access_token, { resource: ORDERS }, 'reports')
      },
    ],
    [
      'client credentials',
      'orders',
      async () => () => issuer.post('/token', { grant_type: 'client_credentials' }),
    ],
  ]
  for (const [name, clientId, prepare] of grants) {
    t.test(`${name}: a client that is disabled behind its authentication`, async (t) => {
      const grant = await prepare()
      directory.after('clients.recall', () => disable(clientId))
      const answer = await grant()
      t.not(answer.statusCode, 200)
      t.notMatch(answer.body, 'access_token')
      await issuer.directory.clients.setDisabled(clientId, false)
      t.equal((await (await prepare())()).statusCode, 200, 'as long as it is disabled')
    })
  }
  t.test('an issuer that sleeps while it makes a token dates it before its sleep', async (t) => {
    const { refresh_token } = await tokensOf()
    const begun = issuer.now()
    directory.after('users.rightsAt', async () => issuer.advance(600))
    const { access_token } = (await refresh(refresh_token)).json()
    t.match(decodeJwt(access_token), { iat: begun, exp: begun + 300 })
  })
  t.test('no token outlives its session', async (t) => {
    let { refresh_token } = await tokensOf()
    for (let hours = 0; hours < 23; hours++) {
      issuer.advance(3599)
      refresh_token = (await refresh(refresh_token)).json().refresh_token
    }
    issuer.advance(3623 - 100)
    const answer = (await refresh(refresh_token)).json()
    t.equal(answer.expires_in, 100)
    const exchanged = (await exchange(answer.access_token, { resource: REPORTS })).json()
    t.equal(exchanged.expires_in, 100)
    issuer.advance(100)
    t.equal((await refresh(answer.refresh_token)).json().error, 'invalid_grant')
  })
  t.test('a refresh that fails has used nothing up, however late it is tried again', async (t) => {
    const { refresh_token } = await tokensOf()
    const failures: [string, () => Promise<unknown>, Record<string, string>, number][] = [
      ['users.rightsAt', () => Promise.reject(new Error('a fault')), {}, 500],
      ['none', async () => {}, { scope: 'openid offline_access' }, 400],
      ['none', async () => {}, { resource: 'https://evil.example' }, 400],
    ]
    for (const [method, happens, more, status] of failures) {
      directory.after(method, happens)
      t.equal((await refresh(refresh_token, more)).statusCode, status)
      issuer.advance(60)
    }
    t.equal((await refresh(refresh_token)).statusCode, 200)
  })
})

t.test('what a token for the issuer opens', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { exchange, tokensOf } = tokenRequests(issuer)
  const sub = await issuer.sub('bob')
  await issuer.directory.users.update(sub, { roles: ['admin'] })
  const bob = async (more: Record<string, string> = {}) => {
    const query = { client_id: 'foreign', redirect_uri: 'https://foreign.example/cb', ...more }
    const code = (await issuer.browser().signIn('bob', query)).get('code') ?? ''
    const form = { client_id: query.client_id, client_secret: SECRET, code }
    const answer = await issuer.app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({
        grant_type: 'authorization_code',
        redirect_uri: query.redirect_uri,
        code_verifier: VERIFIER,
        ...form,
      }).toString(),
    })
    return String(answer.json().access_token)
  }
  const ask = (url: string, token: string) =>
    issuer.app.inject({ url, headers: { authorization: `Bearer ${token}` } })

  t.test('an app that an administrator signs in to gets the profile, not the power', async (t) => {
    for (const token of [await bob(), await bob({ resource: ISSUER })]) {
      t.match(decodeJwt(token), { aud: ISSUER, routes: [] })
      t.equal((await ask('/admin/v1/users', token)).statusCode, 403)
      t.equal((await ask('/userinfo', token)).json().preferred_username, 'bob')
    }
  })
  t.test('an app that was registered for the issuer gets it', async (t) => {
    const client = await issuer.directory.clients.find('foreign')
    if (!client) throw new Error('the client is declared')
    await issuer.directory.clients.save({ ...client, services: [ISSUER] })
    t.equal((await ask('/admin/v1/users', await bob())).statusCode, 200)
    await issuer.directory.clients.save(client)
  })
  t.test('nobody exchanges a token for one that asks the issuer about people', async (t) => {
    const { access_token } = await tokensOf()
    const answer = await exchange(access_token, { resource: ISSUER })
    t.equal(answer.json().error, 'invalid_target')
  })
  t.test('an exchange believes the session, not what a service may have written', async (t) => {
    const claims = decodeJwt<AccessTokenClaims>((await tokensOf()).access_token)
    // A service knows its own key (standards: a MAC proves that one of two has made the token).
    const key = deriveServiceKey({
      master: Buffer.alloc(32, 7),
      issuer: ISSUER,
      audience: ORDERS,
      alg: 'HS256',
      generation: 1,
    })
    const forged = { ...claims, acr: 'urn:forged', amr: ['hwk'], auth_time: claims.iat + 1 }
    const answer = await exchange(signAccessToken(key, forged), { resource: REPORTS })
    const { acr, amr, auth_time } = decodeJwt(answer.json().access_token)
    t.strictSame(
      { acr, amr, auth_time },
      {
        acr: claims.acr,
        amr: claims.amr,
        auth_time: claims.auth_time,
      },
    )
  })
})

t.test('what lies ahead of the log is not judged', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const claims = decodeJwt<AccessTokenClaims>((await tokenRequests(issuer).tokensOf()).access_token)
  const facts = { master: Buffer.alloc(32, 7), issuer: ISSUER, audience: ORDERS } as const
  const key = deriveServiceKey({ ...facts, alg: 'HS256', generation: 1 })
  const [partition, epoch, offset] = claims.rev
  const ahead = { ...claims, rev: [partition, epoch, offset + 1] } as const
  const answer = await issuer.post('/introspect', { token: signAccessToken(key, ahead) })
  t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '1'])
})

t.test('an access token that was given back is not exchanged, whoever heard of it', async (t) => {
  const store = await openSqliteStore({ file: join(t.testdir({}), 'store.db') })
  // As with an end by another issuer process, whose hint has not arrived: this one has not read the entry yet.
  Object.assign(store.log, { watch: () => () => {} })
  const issuer = await testIssuer({ store })
  t.teardown(() => issuer.close())
  const { exchange, tokensOf } = tokenRequests(issuer)
  const { access_token } = await tokensOf()
  const { jti, sub, exp } = decodeJwt(access_token)
  const target = { kind: 'token', jti: String(jti), sub: String(sub), exp: Number(exp) } as const
  const now = issuer.now()
  await store.log.end(target, { reason: 'token_revoked', now, entryExpiresAt: now + 905 })
  const answer = await exchange(access_token, { resource: REPORTS })
  t.equal(answer.json().error, 'invalid_request')
})

t.test(
  'Back-Channel Logout section 2.3: every app with a token is told, refreshed or not',
  async (t) => {
    const issuer = await testIssuer()
    t.teardown(() => issuer.close())
    const { codeOf, redeem } = tokenRequests(issuer)
    const client = await issuer.directory.clients.find('orders')
    if (!client) throw new Error('the client is declared')
    await issuer.directory.clients.save({ ...client, grantTypes: ['authorization_code'] })
    const { access_token, refresh_token } = (await redeem(await codeOf())).json()
    t.equal(refresh_token, undefined)
    const sid = String(decodeJwt(access_token)['sid'])
    const found = await issuer.store.sessions.find(sid, issuer.now())
    t.strictSame(found?.session.clients, ['orders'])
  },
)
