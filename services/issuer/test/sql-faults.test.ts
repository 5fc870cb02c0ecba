import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Directory, openSqliteDirectory } from '@latchkey/directory'
import { feedClient } from '@latchkey/feed'
import { type LogEntry, StoreUnavailable, systemClock, systemRandom } from '@latchkey/protocol'
import type { LightMyRequestResponse } from 'fastify'
import { decodeJwt } from 'jose'
import t from 'tap'
import {
  AUTHORIZE,
  hiddenFields,
  ORDERS,
  REPORTS,
  SECRET,
  type TestIssuer,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const ROUTES = [{ method: 'GET', pattern: '/orders' }]

/** A directory whose database can be taken away: every call then fails as an unreachable one does. */
function unplugged() {
  let away = false
  const wrap = <T extends object>(part: T): T =>
    new Proxy(part, {
      get: (target, name, receiver) => {
        const member: unknown = Reflect.get(target, name, receiver)
        if (typeof member === 'object' && member !== null) return wrap(member)
        // Comparing and unsealing need no database.
        if (typeof member !== 'function' || /^(?:live|match|open)$/.test(String(name)))
          return member
        return (...args: unknown[]): unknown =>
          away
            ? Promise.reject(new StoreUnavailable('The directory'))
            : Reflect.apply(member, target, args)
      },
    })
  return {
    around: (directory: Directory) => wrap(directory),
    unplug: () => {
      away = true
    },
    plug: () => {
      away = false
    },
  }
}

async function operator(issuer: TestIssuer) {
  const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  return { authorization: `Bearer ${answer.json().access_token}` }
}

t.test('while SQL is away', async (t) => {
  const cable = unplugged()
  const issuer = await testIssuer({ around: cable.around })
  await issuer.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = issuer.app.server.address() as AddressInfo
  const open = (clientId: string, service: string) =>
    feedClient({
      issuerAddress: `http://127.0.0.1:${port}`,
      service,
      credentials: { clientId, clientSecret: SECRET },
    })
  const [feed, reports] = [open('orders', ORDERS), open('reports', REPORTS)]
  feed.publishRoutes(ROUTES)
  t.teardown(async () => {
    await Promise.all([feed.close(), reports.close()])
    await issuer.close()
  })
  const { redeem, refresh, exchange, codeOf, tokensOf } = tokenRequests(issuer)
  const leasedBy = (one: Pick<typeof feed, 'subscribe'>) =>
    new Promise<void>((resolve) => {
      const stop = one.subscribe({
        leased: () => {
          stop()
          resolve()
        },
      })
    })
  const leased = () => leasedBy(feed)
  await Promise.all([leased(), leasedBy(reports)])

  const browsers = Array.from({ length: 4 }, () => issuer.browser())
  const [ended, hinted, asked, kept] = await Promise.all(browsers.map((one) => tokensOf(one)))
  const [, hintBrowser, askBrowser, keptBrowser] = browsers
  if (!ended || !hinted || !asked || !kept || !hintBrowser || !askBrowser || !keptBrowser) {
    throw new Error('four sessions')
  }
  const sidOf = (tokens: { access_token: string }) => String(decodeJwt(tokens.access_token)['sid'])
  const code = await codeOf()
  const admin = await operator(issuer)
  const form = hiddenFields(
    (await issuer.browser().get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)).body,
  )
  cable.unplug()

  await t.test('whatever would grant something is 503, and nothing is used up', async (t) => {
    const answers: Record<string, LightMyRequestResponse> = {
      'the sign-in page': await keptBrowser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`),
      'the form': await keptBrowser.submit('/sign-in', {
        ...form,
        username: 'ada',
        password: 'ada-ada-ada',
      }),
      code: await redeem(code),
      refresh: await refresh(kept.refresh_token),
      machine: await issuer.post('/token', { grant_type: 'client_credentials' }),
      exchange: await exchange(kept.access_token),
      revoke: await issuer.post('/revoke', { token: kept.refresh_token }),
      introspect: await issuer.post('/introspect', { token: kept.access_token }),
      'a new password': await issuer.app.inject({
        method: 'PUT',
        url: `/admin/v1/users/${await issuer.sub('bob')}/password`,
        headers: admin,
        payload: { password: 'bob-bob-bob-bob' },
      }),
      '/readyz': await issuer.app.inject('/readyz'),
    }
    for (const [name, answer] of Object.entries(answers)) {
      t.strictSame([answer.statusCode, answer.headers['retry-after']], [503, '1'], name)
      t.equal(answer.headers['set-cookie'], undefined)
    }
    t.strictSame(answers['/readyz']?.json().failed, ['directory'])
    t.equal((await issuer.app.inject('/healthz')).statusCode, 200)
  })

  const applied: LogEntry[] = []
  feed.subscribe({ applied: (entries) => applied.push(...entries) })
  const end = (target: object) =>
    issuer.app.inject({
      method: 'POST',
      url: '/admin/v1/ends',
      headers: admin,
      payload: { target },
    })

  await t.test('an admin ends a session, and all of a user', async (t) => {
    const one = await end({ kind: 'session', sid: sidOf(ended) })
    t.match(one.json(), { ended: true, entries: [{ kind: 'session' }] })
    const all = await end({ kind: 'user', sub: await issuer.sub('bob') })
    t.match(all.json(), { ended: true, entries: [{ kind: 'user' }] })
  })
  await t.test('people sign out, by the app and by themselves', async (t) => {
    const query = {
      id_token_hint: hinted.id_token,
      post_logout_redirect_uri: `${ORDERS}/`,
      state: 'x',
    }
    const byApp = await hintBrowser.get(`/logout?${new URLSearchParams(query)}`)
    t.equal(byApp.statusCode, 200, 'without the client nobody is sent anywhere')
    t.equal(byApp.headers.location, undefined)
    const page = await askBrowser.get('/logout?client_id=orders')
    const out = await askBrowser.submit('/logout/confirm', hiddenFields(page.body))
    t.equal(out.statusCode, 200)
    for (const tokens of [hinted, asked]) {
      t.equal(await issuer.store.sessions.find(sidOf(tokens), issuer.now()), undefined)
    }
  })
  await t.test('verifiers hear of it, and get their leases', async (t) => {
    await leased()
    t.strictSame(
      applied.map((entry) => entry.v).sort(),
      [...[ended, hinted, asked].map(sidOf), await issuer.sub('bob')].sort(),
    )
    t.ok(feed.status().connected)
  })
  await t.test('a verifier that was here lately comes back, by the log alone', async (t) => {
    await feed.close()
    const back = open('orders', ORDERS)
    t.teardown(() => back.close())
    back.publishRoutes(ROUTES)
    await leasedBy(back)
    t.ok(back.status().connected)
    t.ok(reports.status().connected)
    await issuer.end({ kind: 'client', clientId: 'reports' }, 'admin', { sub: 'issuer' })
    await new Promise<void>((resolve) => {
      const looking = setInterval(() => {
        if (!reports.status().lastFailure?.includes('503')) return
        clearInterval(looking)
        resolve()
      }, 5)
    })
    t.notOk(reports.status().connected, 'whoever was ended meanwhile does not')
  })

  cable.plug()
  await t.test('when it is back, everything that was refused works', async (t) => {
    t.equal((await redeem(code)).statusCode, 200)
    t.equal((await refresh(kept.refresh_token)).statusCode, 200)
    t.equal((await refresh(ended.refresh_token)).json().error, 'invalid_grant')
    t.match((await issuer.browser().signIn('ada')).get('code'), /^c0_/)
  })
})

t.test('while another process holds the lock of the database', async (t) => {
  const file = join(t.testdir({}), 'directory.db')
  const issuer = await testIssuer({ directoryFile: file })
  const other = await openSqliteDirectory({ file, clock: systemClock, random: systemRandom })
  t.teardown(async () => {
    await other.close()
    await issuer.close()
  })
  const { refresh, tokensOf } = tokenRequests(issuer)
  const tokens = await tokensOf()
  const admin = await operator(issuer)
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const holding = other.transaction(async () => {
    locked.resolve()
    await release.promise
  })
  await locked.promise

  t.equal((await refresh(tokens.refresh_token)).statusCode, 200, 'what only reads goes on')
  const signedIn = await issuer.browser().signIn('ada')
  t.equal(signedIn.get('code'), null, 'nobody is signed in without a record')
  const disable = await issuer.app.inject({
    method: 'POST',
    url: `/admin/v1/users/${await issuer.sub('bob')}/disable`,
    headers: admin,
  })
  t.strictSame([disable.statusCode, disable.headers['retry-after']], [503, '1'])
  const sid = String(decodeJwt(tokens.access_token)['sid'])
  const ended = await issuer.app.inject({
    method: 'POST',
    url: '/admin/v1/ends',
    headers: admin,
    payload: { target: { kind: 'session', sid } },
  })
  t.match(ended.json(), { ended: true }, 'an end stands, although its audit record has to wait')
  t.equal((await refresh(tokens.refresh_token)).json().error, 'invalid_grant')

  release.resolve()
  await holding
  t.equal((await issuer.directory.users.find(await issuer.sub('bob')))?.disabled, false)
})

t.test('a refresh that SQL fails behind the redemption is taken back', async (t) => {
  let failing = false
  const issuer = await testIssuer({
    around: (directory) => ({
      ...directory,
      users: {
        ...directory.users,
        find: async (sub) => {
          if (failing) throw new StoreUnavailable('The directory')
          return await directory.users.find(sub)
        },
      },
    }),
  })
  t.teardown(() => issuer.close())
  const { refresh, tokensOf } = tokenRequests(issuer)
  const { refresh_token: first } = await tokensOf()

  failing = true
  t.equal((await refresh(first)).statusCode, 503)
  failing = false
  // Long after the grace window: had the generation stayed spent, this would be theft.
  issuer.advance(600)
  const second = await refresh(first)
  t.equal(second.statusCode, 200, second.body)
  t.equal((await refresh(second.json().refresh_token)).statusCode, 200)

  issuer.advance(600)
  const third = (await refresh((await tokensOf()).refresh_token)).json().refresh_token
  t.equal((await refresh(third, { scope: 'openid phone' })).statusCode, 400)
  issuer.advance(600)
  t.equal((await refresh(third)).statusCode, 200, 'a wrong parameter spends nothing either')
})

t.test('a code that SQL fails behind its redemption is given back to its client', async (t) => {
  let fails = ''
  const failing = <Part extends object>(part: Part, name: string): Part =>
    new Proxy(part, {
      get: (target, member) => {
        if (fails === `${name}.${String(member)}`) {
          fails = ''
          return () => Promise.reject(new StoreUnavailable('The directory'))
        }
        return Reflect.get(target, member)
      },
    })
  const issuer = await testIssuer({
    around: (directory) => ({
      ...directory,
      users: failing(directory.users, 'users'),
      clients: failing(directory.clients, 'clients'),
      services: failing(directory.services, 'services'),
    }),
  })
  t.teardown(() => issuer.close())
  const { redeem, refresh, codeOf } = tokenRequests(issuer)
  for (const read of ['clients.find', 'users.find', 'services.find', 'users.rightsAt']) {
    const code = await codeOf()
    fails = read
    t.equal((await redeem(code)).statusCode, 503, read)
    const answer = await redeem(code)
    t.equal(answer.statusCode, 200, 'asked again it is no replay')
    t.equal((await refresh(answer.json().refresh_token)).statusCode, 200, 'the session lives')
    t.equal((await redeem(code)).json().error, 'invalid_grant', 'and it is spent by that')
    t.equal((await refresh(answer.json().refresh_token)).statusCode, 400, 'a replay ends it')
  }

  const wrong = await codeOf()
  fails = 'users.find'
  t.equal((await redeem(wrong, { code_verifier: 'x'.repeat(43) })).statusCode, 400)
  fails = ''
  t.equal((await redeem(wrong)).statusCode, 400, 'a guess at the verifier spends the code')

  const late = await codeOf()
  fails = 'users.find'
  t.equal((await redeem(late)).statusCode, 503)
  issuer.advance(60)
  t.equal((await redeem(late)).json().error, 'invalid_grant', 'it gets no longer life by that')
})

t.test('a store that fails behind a redemption is not waited for twice', async (t) => {
  let saves = -1
  const issuer = await testIssuer({
    aroundStore: ({ codes, families, ...store }) => ({
      ...store,
      codes: {
        redeem: codes.redeem,
        save: (...code) => (++saves === 0 ? codes.save(...code) : new Promise(() => {})),
      },
      families: { ...families, create: () => Promise.reject(new StoreUnavailable('Redis')) },
    }),
  })
  t.teardown(() => issuer.close())
  const { redeem, codeOf } = tokenRequests(issuer)
  const code = await codeOf()
  // `save` never answers: whoever waited for it would get no answer either.
  const answer = await redeem(code)
  t.equal(answer.statusCode, 503)
  t.equal(saves, 1, 'the code is given back all the same')
})
