import type { DeclaredDirectory } from '@latchkey/directory'
import type { EntryKind } from '@latchkey/protocol'
import { connectRedisStore } from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import t, { type Test } from 'tap'
import { declare, publishDeclared } from '../src/declare.ts'
import {
  AUTHORIZE,
  answerOf,
  DECLARED,
  hiddenFields,
  ISSUER,
  ORDERS,
  type TestBrowser,
  type TestIssuer,
  testIssuer,
} from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

/** What a cause finds: one person, signed in in two browsers, with the tokens of the app `orders` in the first. */
interface Scene {
  readonly issuer: TestIssuer
  readonly sub: string
  readonly browser: TestBrowser
  readonly code: string
  readonly tokens: { access_token: string; refresh_token: string; id_token: string }
  admin(method: 'POST' | 'PUT', path: string, payload?: object): Promise<void>
  declare(changed: DeclaredDirectory): Promise<void>
}

interface Cause {
  readonly name: string
  readonly reason: string
  /** Of the entry; `everywhere` when it is appended to every partition. */
  readonly kind: EntryKind
  readonly everywhere?: true
  /** `sub` of the actor; `ada` and `bob` stand for theirs. */
  readonly actor: string
  /** May this session be refreshed afterwards, and the other one of the same person? */
  readonly leaves: { readonly refresh: boolean; readonly other: boolean }
  readonly happens: (scene: Scene) => Promise<unknown>
  /** Makes a sign-in possible again. */
  readonly undo?: (scene: Scene) => Promise<unknown>
}

const SESSION = { refresh: false, other: true }
const EVERYTHING = { refresh: false, other: false }
const TOKENS_ONLY = { refresh: true, other: true }

const clients = (change: object) =>
  (DECLARED.clients ?? []).map((one) => (one.id === 'orders' ? { ...one, ...change } : one))
const services = (disabled: boolean) =>
  (DECLARED.services ?? []).map((one) => (one.audience === ORDERS ? { ...one, disabled } : one))
const roles = (grants: Record<string, string[]>) =>
  (DECLARED.roles ?? []).map((one) => (one.name === 'reader' ? { ...one, grants } : one))

const CAUSES: readonly Cause[] = [
  {
    name: 'an app signs its person out',
    ...{ reason: 'sign_out', kind: 'session', actor: 'ada', leaves: SESSION },
    happens: ({ browser, tokens }) =>
      browser.get(`/logout?${new URLSearchParams({ id_token_hint: tokens.id_token })}`),
  },
  {
    name: 'somebody signs out on the page of the issuer',
    ...{ reason: 'sign_out', kind: 'session', actor: 'ada', leaves: SESSION },
    happens: async ({ browser }) =>
      browser.submit('/logout/confirm', hiddenFields((await browser.get('/')).body)),
  },
  {
    name: 'an admin ends a session',
    ...{ reason: 'admin', kind: 'session', actor: 'svc:operator', leaves: SESSION },
    happens: ({ admin, tokens }) =>
      admin('POST', 'ends', { target: { kind: 'session', sid: sidOf(tokens) } }),
  },
  {
    name: 'an admin ends all of a user',
    ...{ reason: 'admin', kind: 'user', actor: 'svc:operator', leaves: EVERYTHING },
    happens: ({ admin, sub }) => admin('POST', 'ends', { target: { kind: 'user', sub } }),
  },
  {
    name: 'a password is changed',
    ...{ reason: 'password_changed', kind: 'user', actor: 'svc:operator', leaves: EVERYTHING },
    happens: ({ admin, sub }) => admin('PUT', `users/${sub}/password`, { password: 'ada-ada-ada' }),
  },
  {
    name: 'a user is disabled',
    ...{ reason: 'user_disabled', kind: 'user', actor: 'svc:operator', leaves: EVERYTHING },
    happens: ({ admin, sub }) => admin('POST', `users/${sub}/disable`),
    undo: ({ admin, sub }) => admin('POST', `users/${sub}/enable`),
  },
  {
    name: 'a settings file disables a user',
    ...{ reason: 'user_disabled', kind: 'user', actor: 'issuer', leaves: EVERYTHING },
    happens: (scene) => scene.declare({ users: [{ username: 'ada', disabled: true }] }),
    undo: (scene) => scene.declare({ users: [{ username: 'ada', disabled: false }] }),
  },
  {
    name: 'a refresh token is used again after the grace window',
    ...{ reason: 'refresh_reused', kind: 'session', actor: 'ada', leaves: SESSION },
    happens: async ({ issuer, tokens }) => {
      const { refresh } = tokenRequests(issuer)
      await refresh(tokens.refresh_token)
      issuer.advance(11)
      await Promise.all([refresh(tokens.refresh_token), refresh(tokens.refresh_token)])
    },
  },
  {
    name: 'a code is used again',
    ...{ reason: 'code_replayed', kind: 'session', actor: 'issuer', leaves: SESSION },
    happens: async ({ issuer, code }) => {
      const { redeem } = tokenRequests(issuer)
      await Promise.all([redeem(code), redeem(code)])
    },
  },
  {
    name: 'an app gives its refresh token back',
    ...{ reason: 'token_revoked', kind: 'session', actor: 'ada', leaves: SESSION },
    happens: ({ issuer, tokens }) => issuer.post('/revoke', { token: tokens.refresh_token }),
  },
  {
    name: 'an app gives its access token back',
    ...{ reason: 'token_revoked', kind: 'token', actor: 'svc:orders', leaves: TOKENS_ONLY },
    happens: ({ issuer, tokens }) => issuer.post('/revoke', { token: tokens.access_token }),
  },
  {
    name: 'a sixth account takes the place of the one used longest ago',
    ...{ reason: 'user_switched', kind: 'session', actor: 'bob', leaves: SESSION },
    happens: async ({ issuer, browser }) => {
      for (const username of ['guest1', 'guest2', 'guest3', 'guest4', 'bob']) {
        if (username !== 'bob') await issuer.addPerson(username)
        await browser.signIn(username, { prompt: 'login' })
      }
    },
  },
  {
    name: 'somebody takes back what they allowed an app',
    ...{ reason: 'consent_withdrawn', kind: 'stale', actor: 'ada', leaves: TOKENS_ONLY },
    happens: async ({ issuer, browser, sub }) => {
      const consent = { sub, clientId: 'foreign', granted: ['email'], declined: [], audiences: [] }
      await issuer.directory.consents.save(consent)
      const form = hiddenFields((await browser.get('/')).body)
      await browser.submit('/withdraw', { ...form, client: 'foreign' })
    },
  },
  {
    name: 'a settings file disables a client',
    ...{ reason: 'client_disabled', kind: 'client', everywhere: true, actor: 'issuer' },
    leaves: { refresh: false, other: false },
    happens: (scene) => scene.declare({ clients: clients({ disabled: true }) }),
    undo: (scene) => scene.declare({ clients: clients({ disabled: false }) }),
  },
  {
    name: 'a settings file disables a service',
    ...{ reason: 'service_quarantined', kind: 'service', everywhere: true, actor: 'issuer' },
    leaves: { refresh: false, other: false },
    happens: (scene) => scene.declare({ services: services(true) }),
    undo: (scene) => scene.declare({ services: services(false) }),
  },
  {
    name: 'a settings file changes what a role may do',
    ...{ reason: 'permissions_changed', kind: 'stale', actor: 'issuer', leaves: TOKENS_ONLY },
    happens: (scene) => scene.declare({ roles: roles({ [ORDERS]: ['GET /orders'] }) }),
    undo: (scene) => scene.declare({ roles: DECLARED.roles ?? [] }),
  },
  {
    name: 'an emergency ends everything',
    ...{ reason: 'emergency', kind: 'all', everywhere: true, actor: 'svc:operator' },
    leaves: EVERYTHING,
    happens: ({ issuer }) => issuer.end({ kind: 'all' }, 'emergency', { sub: 'svc:operator' }),
  },
  {
    name: 'a signing key has leaked',
    ...{ reason: 'key_compromised', kind: 'key', everywhere: true, actor: 'svc:operator' },
    leaves: { refresh: true, other: true },
    happens: ({ issuer, tokens }) => {
      const kid = decodeProtectedHeader(tokens.access_token).kid ?? ''
      return issuer.end({ kind: 'key', kid }, 'key_compromised', { sub: 'svc:operator' })
    },
  },
]

t.test('DESIGN section 5: every cause, on SQLite', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  await everyCause(t, issuer)
})

t.test('DESIGN section 5: every cause, on Redis with three partitions', async (t) => {
  const redis = await startRedis()
  const store = await connectRedisStore({ url: redis.url, partitions: 3 })
  const issuer = await testIssuer({ store })
  t.teardown(async () => {
    await issuer.close()
    await redis.stop()
  })
  await everyCause(t, issuer)
})

async function everyCause(t: Test, issuer: TestIssuer): Promise<void> {
  for (const cause of CAUSES) {
    await t.test(`${cause.name}: ${cause.reason}`, (t) => oneCause(t, cause, issuer))
  }
}

/** One entry where it belongs, one audit record, dead families, and afterwards a sign-in as if nothing had happened. */
async function oneCause(t: Test, cause: Cause, issuer: TestIssuer): Promise<void> {
  const { store } = issuer
  const { redeem, refresh, codeOf, tokensOf } = tokenRequests(issuer)
  const { leaves } = cause
  const browser = issuer.browser()
  const code = await codeOf(browser)
  const tokens = (await redeem(code)).json<Scene['tokens']>()
  const other = await tokensOf()
  const sub = await issuer.sub('ada')
  const scene: Scene = { issuer, sub, browser, code, tokens, ...hands(issuer) }
  const before = await everything(issuer)

  await cause.happens(scene)

  const after = await everything(issuer)
  const entries = after.entries.filter((one) => !before.offsets.has(`${one.p} ${one.o}`))
  const partitions = new Set(entries.map(({ p }) => p))
  const expected = cause.everywhere ? store.partitions : 1
  t.strictSame([entries.length, partitions.size], [expected, expected], 'one in each partition')
  t.strictSame([...new Set(entries.map(({ k }) => k))], [cause.kind])
  const { exp } = decodeJwt(tokens.access_token)
  t.ok(
    entries.every(({ x }) => x >= Number(exp) + 5),
    'no entry goes before the tokens',
  )

  const records = after.audit.filter(({ id }) => !before.audit.some((old) => old.id === id))
  t.equal(records.length, 1, 'one audit record')
  const actor = { ada: sub, bob: await issuer.sub('bob') }[cause.actor] ?? cause.actor
  t.match(records[0], { reason: cause.reason, actor: { sub: actor } })
  const positions = entries.map(({ p, o }) => ({ partition: p, offset: o }))
  t.strictSame(records[0]?.detail['positions'], positions, 'which says where the entries stand')

  const active = async (token: string) =>
    (await issuer.post('/introspect', { token }, 'support')).json().active
  t.equal(await active(tokens.access_token), false)
  const again = cause.reason === 'permissions_changed'
  for (const [refreshToken, lives] of [
    [tokens.refresh_token, leaves.refresh],
    [other.refresh_token, leaves.other],
  ] as const) {
    const answer = await refresh(refreshToken)
    t.equal(answer.statusCode === 200, lives, `a refresh is answered ${answer.body.slice(0, 40)}`)
    if (again) t.strictSame(decodeJwt(answer.json().access_token)['routes'], ['GET /orders'])
  }

  await cause.undo?.(scene)
  const next = await tokensOf()
  t.equal((await refresh(next.refresh_token)).statusCode, 200, 'a new sign-in works')
  // A leaked key stays dead; its service gets another one.
  t.equal(await active(next.access_token), cause.kind !== 'key')
  const dead = await refresh(tokens.refresh_token)
  // A closed service ends no session: who held one there goes on when it opens again.
  const comesBack = leaves.refresh || cause.kind === 'service'
  t.equal(dead.statusCode === 200, comesBack, 'and brings nothing back')
}

function hands(issuer: TestIssuer): Pick<Scene, 'admin' | 'declare'> {
  const operator = async () => {
    const answer = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    return { authorization: `Bearer ${answer.json().access_token}` }
  }
  return {
    admin: async (method, path, payload) => {
      const url = `/admin/v1/${path}`
      const headers = await operator()
      await issuer.app.inject({ method, url, headers, ...(payload && { payload }) })
    },
    declare: async (changed) => {
      const clock = { nowMs: () => issuer.now() * 1000, monotonicMs: () => 0 }
      const deps = { issuer: ISSUER, directory: issuer.directory, clock, accessTokenSeconds: 300 }
      await publishDeclared(await declare(changed, [], deps), issuer.end)
    },
  }
}

async function everything({ store, directory }: TestIssuer) {
  const partitions = Array.from({ length: store.partitions }, (_, partition) => partition)
  const slices = await Promise.all(partitions.map((p) => store.log.read(p, 0, 1000)))
  const entries = slices.flatMap((slice) => slice.entries)
  const offsets = new Set(entries.map(({ p, o }) => `${p} ${o}`))
  return { entries, offsets, audit: await directory.audit.list({ limit: 500, action: 'end' }) }
}

function sidOf(tokens: { access_token: string }): string {
  return String(decodeJwt(tokens.access_token)['sid'])
}

t.test('what is ended during a sign-in is ended for it too', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { redeem } = tokenRequests(issuer)
  const sub = await issuer.sub('ada')
  const { users } = issuer.directory
  const check = users.checkPassword

  t.test('a password that is changed while the old one is compared opens nothing', async (t) => {
    Object.assign(users, {
      checkPassword: async (username: string, password: string) => {
        const outcome = await check(username, password)
        await users.setPassword(sub, 'another-password')
        await issuer.end({ kind: 'user', sub }, 'password_changed', { sub: 'issuer' })
        return outcome
      },
    })
    const browser = issuer.browser()
    const answer = await redeem((await browser.signIn('ada')).get('code') ?? '')
    t.strictSame([answer.statusCode, answer.json().error], [400, 'invalid_grant'])
    t.notMatch((await browser.get('/')).body, 'Ada', 'the cookie opens nothing either')
    t.strictSame(await issuer.store.sessions.listByUser(sub, 10, issuer.now()), [])
    Object.assign(users, { checkPassword: check })
  })
  t.test('the next sign-in, with the new password, works', async (t) => {
    const browser = issuer.browser()
    const page = await browser.get(`/authorize?${new URLSearchParams(AUTHORIZE)}`)
    const form = { ...hiddenFields(page.body), username: 'ada', password: 'another-password' }
    const code = answerOf(await browser.submit('/sign-in', form)).get('code') ?? ''
    t.equal((await redeem(code)).statusCode, 200)
  })
})

t.test('an end that the store did not confirm is recorded, and so is no other', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const { log } = issuer.store
  const { end } = log
  const sid = sidOf(await tokenRequests(issuer).tokensOf())
  const target = { kind: 'session', sid } as const
  Object.assign(log, {
    end: async (...given: Parameters<typeof end>) => {
      await end(...given)
      throw new Error('the answer was lost')
    },
  })
  await t.rejects(issuer.end(target, 'admin', { sub: 'issuer' }), { message: /answer was lost/ })
  Object.assign(log, { end })
  t.match(await issuer.end(target, 'admin', { sub: 'issuer' }), { entries: [] })
  const records = await issuer.directory.audit.list({ limit: 10, action: 'end' })
  t.match(records, [{ target: `session ${sid}`, detail: { confirmed: false } }])
  t.equal(records.length, 1)
})
