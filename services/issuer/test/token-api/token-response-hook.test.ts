import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt } from 'jose'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { openIssuer } from '../../src/open-issuer.ts'
import { SettingsError } from '../../src/settings/faults.ts'
import { loadSettings } from '../../src/settings/load-settings.ts'
import { ADDED_FIELDS_LIMITS, addedFields } from '../../src/token-api/added-fields.ts'
import { extendResponse } from '../../src/token-api/extend-response.ts'
import type {
  TokenResponseFacts,
  TokenResponseHook,
} from '../../src/token-api/token-response-hook.ts'
import { jsonApi } from '../fixtures/json-api.ts'
import { testIssuer } from '../test-issuer.ts'

/** What the issuer's hook does at this moment. */
const hook: { now: TokenResponseHook } = { now: () => undefined }
const lines: Record<string, unknown>[] = []
const log = pino({ level: 'error' }, { write: (line) => lines.push(JSON.parse(line)) })
const issuer = await testIssuer({ tokenResponse: (facts) => hook.now(facts), log })
t.teardown(() => issuer.close())
const { post, call, obtain, tokensOf } = await jsonApi(issuer)
const OURS = ['access_token', 'expires_in', 'refresh_token', 'token_type']

/** A chain of objects, `depth` of them. */
function nested(depth: number): object {
  return depth === 1 ? {} : { in: nested(depth - 1) }
}
const circle: Record<string, unknown> = {}
circle['self'] = circle

t.test('what a hook may add', async (t) => {
  const { bytes, depth } = ADDED_FIELDS_LIMITS
  const allowed: [name: string, given: unknown, fields: object][] = [
    ['nothing', undefined, {}],
    ['null', null, {}],
    [
      'text, numbers, lists, objects',
      { a: ['x', 1, true, null, { b: {} }] },
      { a: ['x', 1, true, null, { b: {} }] },
    ],
    ['a name with a dash', { 'x-plan': 'gold' }, { 'x-plan': 'gold' }],
    ['a member without a value', { plan: undefined }, { plan: undefined }],
    [`${depth} levels`, nested(depth), nested(depth)],
    [`${bytes} bytes`, { a: 'x'.repeat(bytes - 8) }, { a: 'x'.repeat(bytes - 8) }],
  ]
  for (const [name, given, fields] of allowed) {
    t.strictSame(addedFields(given), { kind: 'fields', fields }, name)
  }
})

t.test('attack D23: what a hook may not add', async (t) => {
  const { bytes, depth } = ADDED_FIELDS_LIMITS
  const proto = JSON.parse('{"__proto__":{"admin":true}}')
  const refused: [name: string, given: unknown, why: RegExp][] = [
    ...[...OURS, 'scope', 'id_token', 'access', 'refresh', 'error', 'authorization_details'].map(
      (name): [string, unknown, RegExp] => [name, { [name]: 'x' }, /issuer's own/],
    ),
    ['capitals', { Access_Token: 'x' }, /issuer's own/],
    ['a sign that becomes a k in small letters', { 'to\u212Aen_type': 'x' }, /issuer's own/],
    ['a prototype', proto, /called __proto__|not a plain object/],
    ['a prototype further down', { a: [proto] }, /called __proto__/],
    ['a constructor', { a: { constructor: 1 } }, /called constructor/],
    ['an empty name', { '': 1 }, /visible ASCII/],
    ['a name with a blank', { 'a b': 1 }, /visible ASCII/],
    ['text', 'fields', /not a plain object/],
    ['a list', [{ a: 1 }], /not a plain object/],
    ['a function', () => ({}), /not a plain object/],
    ['a function inside', { a: () => 1 }, /not a plain object/],
    ['a symbol', { a: Symbol('x') }, /not a plain object/],
    ['a date', { at: new Date(0) }, /not JSON/],
    ['a map', { a: new Map() }, /not JSON/],
    ['a buffer', { a: Buffer.from('x') }, /not JSON/],
    ['not a number', { a: Number.NaN }, /not JSON/],
    ['without end', { a: Number.POSITIVE_INFINITY }, /not JSON/],
    ['a big integer', { a: 1n }, /not JSON/],
    ['a circle', circle, /nested deeper/],
    [`${depth + 1} levels`, nested(depth + 1), /nested deeper/],
    [`${bytes + 1} bytes`, { a: 'x'.repeat(bytes - 7) }, /8193 bytes/],
    ['as many in two-byte letters', { a: 'é'.repeat(bytes / 2) }, /bytes/],
    ['a million values', { a: new Array(1e6).fill(0) }, /values/],
  ]
  for (const [name, given, why] of refused) {
    const outcome = addedFields(given)
    t.match(outcome, { kind: 'refused', why }, name)
  }
  const twoFaced = new Proxy({}, { get: () => 'x', ownKeys: () => ['plan'] })
  t.match(addedFields(twoFaced), { kind: 'refused' }, 'something that can answer differently')
  const copied = {
    get plan() {
      return 'gold'
    },
  }
  const outcome = addedFields(copied)
  t.strictSame(outcome, { kind: 'fields', fields: { plan: 'gold' } })
  t.not(outcome.kind === 'fields' && outcome.fields, copied, 'what is sent is a copy')
})

t.test('its fields stand beside ours, at each sign-in and refresh anew', async (t) => {
  let asked = 0
  hook.now = async ({ user, client, request }) => {
    asked += 1
    return { asked, who: user.username, by: client.id, at: request.path }
  }
  const first = (await obtain('ada')).json()
  t.match(first, { asked: 1, who: 'ada', by: 'native', at: '/api/token/obtain' })
  t.strictSame(Object.keys(first).sort(), [...OURS, 'asked', 'at', 'by', 'who'].sort())
  const again = await call('refresh', { refresh_token: first.refresh_token })
  t.match(again.json(), { asked: 2, who: 'ada', at: '/api/token/refresh' })
  t.equal(again.headers['cache-control'], 'no-store')
  const pair = (await post('simplejwt/', { username: 'ada', password: 'ada-ada-ada' })).json()
  t.strictSame(Object.keys(pair).sort(), ['access', 'asked', 'at', 'by', 'refresh', 'who'])
  const renewed = (await post('simplejwt/refresh/', { refresh: pair.refresh })).json()
  t.match(renewed, { asked: 4, at: '/api/token/simplejwt/refresh/' })
  await call('verify', { token: renewed.access })
  await obtain('ada', { password: 'wrong-wrong' })
  t.equal(asked, 4, 'nobody is asked about anything else')
})

t.test('attack D23: it learns no secret, and can change nothing', async (t) => {
  const seen: TokenResponseFacts[] = []
  hook.now = (facts) => {
    seen.push(facts)
    const writable = facts as unknown as Record<string, Record<string, unknown>>
    const tries = [
      () => Object.assign(writable['tokens'] ?? {}, { access_token: 'x' }),
      () => Object.assign(writable['user'] ?? {}, { sub: 'u_other' }),
      () => (facts.user.roles as string[]).push('admin'),
    ]
    for (const attempt of tries) t.throws(attempt, TypeError)
  }
  const headers = {
    ...{ 'user-agent': 'phone', 'accept-language': 'zh', origin: 'https://app.example' },
    ...{ cookie: 'session=secret', 'x-api-key': 'secret' },
  }
  const { access_token } = (await obtain('ada', {}, headers)).json()
  const [facts] = seen
  t.strictSame(Object.keys(facts ?? {}).sort(), ['client', 'request', 'signal', 'tokens', 'user'])
  t.strictSame(facts?.user, {
    sub: await issuer.sub('ada'),
    ...{ username: 'ada', name: 'Ada', email: 'ada@example.com', emailVerified: false },
    ...{ roles: ['reader'], profile: {} },
  })
  t.strictSame(facts?.client, { id: 'native', name: 'native' })
  t.strictSame(facts?.tokens, { access_token, token_type: 'Bearer', expires_in: 300 })
  const { cookie: _, 'x-api-key': __, ...told } = headers
  t.strictSame(facts?.request, { path: '/api/token/obtain', address: '127.0.0.1', headers: told })
  t.notMatch(JSON.stringify(facts), /argon2|ada-ada-ada|secret|refresh_token/)
  t.equal(decodeJwt(access_token).sub, facts?.user.sub)
})

t.test('a hook that fails takes nothing from the answer, and is in the log', async (t) => {
  const failing: [name: string, hook: TokenResponseHook, message: string][] = [
    [
      'throws',
      () => {
        throw new Error('down')
      },
      'token response hook failed',
    ],
    [
      'rejects',
      async () => {
        throw new Error('down')
      },
      'token response hook failed',
    ],
    [
      'wants to replace',
      () => ({ plan: 'gold', access_token: 'x' }),
      'token response hook refused',
    ],
    ['sends too much', () => ({ a: 'x'.repeat(9000) }), 'token response hook refused'],
  ]
  for (const [name, failed, message] of failing) {
    lines.length = 0
    hook.now = failed
    const answer = await obtain('ada')
    t.equal(answer.statusCode, 200, name)
    t.strictSame(Object.keys(answer.json()).sort(), OURS, name)
    t.match(lines, [{ msg: message, client: 'native' }], name)
  }
  hook.now = () => undefined
})

t.test('a hook that is late is not waited for, and told to stop', async (t) => {
  const { tokens, user, client, request } = await response(t)
  let stopped: AbortSignal | undefined
  const extend = extendResponse({
    hookMs: 20,
    tokenResponse: ({ signal }) => {
      stopped = signal
      return new Promise(() => {})
    },
  })
  t.strictSame(await extend({ tokens, user }, client, request), {})
  t.equal(stopped?.aborted, true)
  const inTime = extendResponse({
    hookMs: 10_000,
    tokenResponse: async ({ signal }) => ({ stopped: signal.aborted }),
  })
  t.strictSame(await inTime({ tokens, user }, client, request), { stopped: false })
})

/** A real response, for calls beside the endpoint. */
async function response(t: Test) {
  const { access_token } = await tokensOf('ada')
  const user = await issuer.directory.users.findByUsername('ada')
  const client = await issuer.directory.clients.find('native')
  if (!user || !client) throw new Error('they are declared')
  const request = { url: '/api/token/obtain', ip: '127.0.0.1', headers: {}, log } as never
  t.ok(access_token)
  return {
    user,
    client,
    request,
    tokens: { access_token, token_type: 'Bearer', expires_in: 300 } as const,
  }
}

const SETTINGS = `issuer: http://sso.localhost:4000
listen: { port: 0 }
log: { level: silent }
`
let opened = 0

/** Opens the issuer in a fresh folder with this hook. */
async function openWith(t: Test, hooks: string | undefined, mode = 0o644) {
  // A name of its own: Node loads each file once, whatever stands in it later.
  opened += 1
  const name = `hook-${opened}.mjs`
  const yaml = `${SETTINGS}token_api: { hook: hooks/${name} }\n`
  const folder = t.testdir({ hooks: {}, 'latchkey.yaml': yaml })
  const file = join(folder, 'hooks', name)
  if (hooks !== undefined) {
    writeFileSync(file, hooks)
    chmodSync(file, mode)
  }
  const settings = loadSettings({ cwd: folder, env: {} })
  return await openIssuer({ settings, log: pino({ level: 'silent' }) })
}

t.test('the module is loaded once, at the start, from beside the settings', async (t) => {
  const running = await openWith(t, 'export const tokenResponse = () => ({ plan: "gold" })')
  t.teardown(() => running.close())
  await running.directory.clients.save({
    ...{ id: 'app', name: 'app', authMethod: 'none', firstParty: true, tokenApi: true },
    ...{ redirectUris: ['https://app.example/cb'] },
  })
  await running.directory.users.create({ username: 'ada', password: 'ada-ada-ada' })
  const obtainAt = (path: string) =>
    running.app.inject({
      method: 'POST',
      url: path,
      payload: { client_id: 'app', username: 'ada', password: 'ada-ada-ada' },
    })
  t.match((await obtainAt('/api/token/obtain')).json(), { token_type: 'Bearer', plan: 'gold' })
  t.equal((await obtainAt('/api/token/simplejwt/')).statusCode, 404, 'that one was not asked for')
})

t.test('attack D23: a module that is no good stops the start, and says why', async (t) => {
  const faults: [name: string, hooks: string | undefined, code: RegExp, mode?: number][] = [
    ['none', undefined, /\[hook-missing\]$/],
    ['open to everybody', 'export function tokenResponse () {}', /\[hook-open\]$/, 0o666],
    ['not JavaScript', 'export const =', /SyntaxError.*\[hook-broken\]$/],
    ['throws', 'throw new Error("no way")', /no way.*\[hook-broken\]$/],
    ['needs what is not there', 'import "not-there"', /not-there.*\[hook-broken\]$/],
    [
      'no such function',
      'export function other () {}',
      /received other \[hook-without-function\]$/,
    ],
    ['another kind', 'export const tokenResponse = { plan: 1 }', /\[hook-without-function\]$/],
    ['nothing', '', /received nothing \[hook-without-function\]$/],
  ]
  for (const [name, hooks, code, mode] of faults) {
    const error = await openWith(t, hooks, mode).then(
      async (running) => await running.close(),
      (thrown: unknown) => thrown,
    )
    t.ok(error instanceof SettingsError, name)
    t.match(String(error), code, name)
    t.match(String(error), 'token_api.hook', name)
  }
})
