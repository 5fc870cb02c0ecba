/** POST /admin/v1/ends, its preview, and what became of it: docs/protocol/receipts.md. */
import { newSessionId, systemRandom } from '@latchkey/protocol'
import t, { type Test } from 'tap'
import type { Operation } from '../../src/receipts/operation.ts'
import { sidOf } from '../fixtures/causes-of-ends.ts'
import { ORDERS, REPORTS, testIssuer } from '../test-issuer.ts'
import { tokenRequests } from '../token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { tokensOf, refresh } = tokenRequests(issuer)
/** A new one each time, because an end of everybody ends the operator's, too. */
async function operator(): Promise<Record<string, string>> {
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  return { authorization: `Bearer ${token.json().access_token}` }
}

async function send(
  method: 'GET' | 'POST',
  path: string,
  payload?: object,
  headers: Record<string, string> = {},
) {
  const url = `/admin/v1/${path}`
  const given = { method, url, headers: { ...(await operator()), ...headers } }
  return await issuer.app.inject({ ...given, ...(payload && { payload }) })
}
const end = (target: object, more: object = {}, headers = {}) =>
  send('POST', 'ends', { target, ...more }, headers)
const preview = async (target: object) => (await send('POST', 'ends/preview', { target })).json()
const newest = async () => (await issuer.directory.audit.list({ limit: 1, action: 'end' }))[0]

/** What the operation has become when nothing happens any more. */
async function finished(id: string): Promise<Operation> {
  for (;;) {
    const operation = (await send('GET', `ends/${id}`)).json<Operation>()
    if (operation.state !== 'running') return operation
    await new Promise((resolve) => setImmediate(resolve))
  }
}

t.test('who mistypes a target hears what is wrong with it', async (t) => {
  const rows: [target: object, more: object, says: RegExp][] = [
    [{ kind: 'user', sub: 'u_x' }, {}, /^body\/target\/sub must match pattern/],
    [{ kind: 'signed_in_before', at: 'yesterday' }, {}, /^body\/target\/at must be integer$/],
    [{ kind: 'client' }, {}, /^body\/target must have required property 'client_id'$/],
    [{ kind: 'everybody' }, {}, /^body\/target\/kind .*: session, user, client, /],
    [{ kind: 'all' }, { reason: 'because' }, /allowed values: admin, emergency, .*_changed$/],
  ]
  for (const [target, more, says] of rows) {
    t.match((await end(target, more)).json().detail, says)
  }
})

t.test('an end has an id, under which it can be asked for', async (t) => {
  const sid = sidOf(await tokensOf())
  const answer = await end({ kind: 'session', sid })
  const operation = answer.json<Operation>()
  t.match(operation, {
    target: { kind: 'session', sid },
    reason: 'admin',
    state: 'done',
    ended: true,
    known: true,
    entries: [{ partition: 0, kind: 'session' }],
    verifiers: [],
    counts: { applied: 0, waiting: 0, offline: 0 },
    complete: true,
  })
  t.equal(answer.headers['location'], `/admin/v1/ends/${operation.id}`)
  t.equal(answer.headers['preference-applied'], undefined)
  t.equal(Date.parse(`${operation.closed_by}`), issuer.now() * 1000 + 5000)
  t.strictSame((await send('GET', `ends/${operation.id}`)).json(), operation)
  const again = (await end({ kind: 'session', sid })).json()
  t.match(again, { ended: true, known: false, entries: [{ kind: 'session' }] })
  t.match((await send('GET', `ends/${again.id}`)).json(), { known: false })
  t.match(await send('GET', 'ends/AAAAAAAAAAAAAAAAAAAAAA'), { statusCode: 404 })
})

t.test('RFC 7240 section 3: a wait that was granted is said', async (t) => {
  for (const [prefer, applied] of [
    ['wait=2', 'wait=2'],
    ['respond-async, wait=60', 'wait=10'],
    ['wait=soon', undefined],
  ] as const) {
    const sid = sidOf(await tokensOf())
    const answer = await end({ kind: 'session', sid }, {}, { prefer })
    t.strictSame([answer.statusCode, answer.headers['preference-applied']], [200, applied])
  }
})

t.test('every target and every reason', async (t) => {
  const sub = await issuer.sub('bob')
  const rows: [target: object, kind: string, reason?: string][] = [
    [{ kind: 'user', sub }, 'user', 'emergency'],
    [{ kind: 'client', client_id: 'orders' }, 'client', 'client_disabled'],
    [{ kind: 'service', audience: REPORTS }, 'service', 'service_quarantined'],
    [{ kind: 'key', kid: await keyOf(REPORTS) }, 'key', 'key_compromised'],
    [{ kind: 'stale', about: sub }, 'stale', 'permissions_changed'],
    [{ kind: 'stale', about: ORDERS }, 'stale'],
  ]
  for (const [target, kind, reason] of rows) {
    const answer = await end(target, reason === undefined ? {} : { reason })
    t.match(answer.json(), { ended: true, target, entries: [{ kind }] })
    t.match(await newest(), { reason: reason ?? 'admin', actor: { sub: 'svc:operator' } })
  }
})

/** The kid of what signs for a service. */
async function keyOf(audience: string): Promise<string> {
  const { keys } = (await send('GET', 'keys')).json() as { keys: KeyLine[] }
  return keys.find((key) => key.state === 'active' && key.services.includes(audience))?.kid ?? ''
}

interface KeyLine {
  readonly kid: string
  readonly state: string
  readonly services: readonly string[]
}

t.test('a key that is ended signs no more: another one does', async (t) => {
  const kid = await keyOf(REPORTS)
  const answer = await end({ kind: 'key', kid }, { reason: 'key_compromised' })
  t.match(answer.json(), { ended: true, entries: [{ kind: 'key' }] })
  const successor = await keyOf(REPORTS)
  t.ok(successor)
  t.not(successor, kid)
  t.match(await newest(), { target: `key ${kid}`, reason: 'key_compromised' })
})

t.test('what nobody knows, and what is no target, is refused and ends nothing', async (t) => {
  const before = await newest()
  const rows: [body: object, status: number, error: string][] = [
    [{ target: { kind: 'client', client_id: 'nobody' } }, 404, 'unknown-client'],
    [{ target: { kind: 'service', audience: 'https://x' } }, 404, 'unknown-service'],
    [{ target: { kind: 'user', sub: `u_${'1'.repeat(26)}` } }, 404, 'unknown-user'],
    [{ target: { kind: 'key', kid: 'a-localhost-4001.x.1' } }, 404, 'unknown-key'],
    [{ target: { kind: 'all' } }, 400, 'not-confirmed'],
    [{ target: { kind: 'all' }, confirm: 'A'.repeat(22) }, 400, 'not-confirmed'],
    [{ target: { kind: 'signed_in_before', at: 5 } }, 400, 'not-confirmed'],
    [{ target: { kind: 'all', sub: 'x' } }, 400, 'invalid_request'],
    [{ target: { kind: 'signed_in_before', at: 1.5 } }, 400, 'invalid_request'],
    [{ target: { kind: 'everybody' } }, 400, 'invalid_request'],
    [{ target: { kind: 'key', kid: 'x' }, reason: 'canary' }, 400, 'invalid_request'],
    [{ target: { kind: 'key', kid: 'x' }, reason: 'refresh_reused' }, 400, 'invalid_request'],
    [{}, 400, 'invalid_request'],
    [{ target: 'all' }, 400, 'invalid_request'],
    [{ target: { sid: 's0_AAAAAAAAAAAAAAAAAAAAAA' } }, 400, 'invalid_request'],
  ]
  for (const [body, status, error] of rows) {
    const answer = await send('POST', 'ends', body)
    t.strictSame([answer.statusCode, answer.json().code], [status, error], JSON.stringify(body))
  }
  t.strictSame(await newest(), before)
})

/** `people` sign in with the app `orders`, in this second. */
async function signIn(people: number): Promise<string[]> {
  const tokens = []
  for (let one = 0; one < people; one++) tokens.push((await tokensOf()).refresh_token)
  return tokens
}

async function startOver(t: Test) {
  const target = { kind: 'all' }
  const { confirm } = await preview(target)
  t.equal((await end(target, { confirm })).statusCode, 200)
  issuer.advance(1)
}

t.test('a preview counts, and ends nothing', async (t) => {
  await startOver(t)
  const tokens = await tokensOf()
  await signIn(2)
  await issuer.browser().signIn('bob')
  const sub = await issuer.sub('ada')
  const [ada, everybody] = [
    { sessions: 3, users: 1, clients: 1, services: 2 },
    { sessions: 4, users: 2, clients: 1, services: 3 },
  ]
  const one = { sessions: 1, users: 1, clients: 1, services: 2 }
  const rows: [target: object, counts: object][] = [
    [{ kind: 'session', sid: sidOf(tokens) }, one],
    [
      { kind: 'session', sid: newSessionId(systemRandom, 0) },
      { sessions: 0, users: 0 },
    ],
    [{ kind: 'user', sub }, ada],
    [{ kind: 'stale', about: sub }, ada],
    [
      { kind: 'client', client_id: 'orders' },
      { sessions: 3, users: 1 },
    ],
    [
      { kind: 'client', client_id: 'native' },
      { sessions: 0, clients: 0, services: 0 },
    ],
    [
      { kind: 'service', audience: ORDERS },
      { sessions: 3, services: 1 },
    ],
    [{ kind: 'key', kid: 'nobody-has.it.1' }, { sessions: 0 }],
    [{ kind: 'signed_in_before', at: issuer.now() }, { sessions: 0 }],
    [
      { kind: 'signed_in_before', at: issuer.now() + 1 },
      { sessions: 4, users: 2 },
    ],
    [{ kind: 'all' }, everybody],
  ]
  const before = await newest()
  for (const [target, counts] of rows) {
    t.match(
      await preview(target),
      { ...counts, verifiers: [], complete: true },
      JSON.stringify(target),
    )
  }
  t.strictSame(await newest(), before)
})

t.test(
  'everybody is ended only with what a preview of it gave, once, within ten minutes',
  async (t) => {
    await signIn(1)
    const { confirm } = await preview({ kind: 'all' })
    const { confirm: other } = await preview({ kind: 'signed_in_before', at: 5 })
    const refused = async (confirm: string) => {
      t.match(await end({ kind: 'all' }, { confirm }), { statusCode: 400 })
      t.not((await preview({ kind: 'all' })).sessions, 0)
    }
    await refused(other)
    const { confirm: old } = await preview({ kind: 'all' })
    issuer.advance(601)
    await refused(old)
    await refused(confirm)
    const { confirm: fresh } = await preview({ kind: 'all' })
    t.match((await end({ kind: 'all' }, { confirm: fresh })).json(), { ended: true })
    t.equal((await end({ kind: 'all' }, { confirm: fresh })).statusCode, 400)
  },
)

t.test('a scan ends who signed in before, one by one, and nobody else', async (t) => {
  await startOver(t)
  const old = await signIn(20)
  issuer.advance(10)
  const at = issuer.now()
  const [young = ''] = await signIn(1)
  const target = { kind: 'signed_in_before', at }
  const { confirm, ...counts } = await preview(target)
  t.match(counts, { sessions: 20, users: 1, complete: true })
  const answer = await end(target, { confirm, reason: 'emergency' })
  const begun = answer.json<Operation>()
  t.strictSame([answer.statusCode, begun.state, begun.closed_by], [202, 'running', undefined])
  const operation = await finished(begun.id)
  t.match(operation, { state: 'done', ended: true, done: 20, total: 20, reason: 'emergency' })
  t.equal(Date.parse(`${operation.closed_by}`), issuer.now() * 1000 + 5000)
  for (const refreshToken of old) t.equal((await refresh(refreshToken)).statusCode, 400)
  t.equal((await refresh(young)).statusCode, 200)
  const records = await issuer.directory.audit.list({ limit: 21, action: 'end' })
  t.equal(records.filter(({ reason }) => reason === 'emergency').length, 20, 'a record each')

  const next = await preview(target)
  t.equal(next.sessions, 0)
  const again = await end(target, { confirm: next.confirm }, { prefer: 'wait=5' })
  t.match(again.json(), { state: 'done', ended: false, done: 0, total: 0 })
})

t.test('a scan that the store breaks off says so, and can be asked for again', async (t) => {
  await startOver(t)
  await signIn(20)
  const { log } = issuer.store
  const { end: endInLog } = log
  const target = { kind: 'signed_in_before', at: issuer.now() + 1 }
  let left = 7
  Object.assign(log, {
    end: async (...given: Parameters<typeof endInLog>) => {
      left -= 1
      if (left < 0) throw new Error('the store is away')
      return await endInLog(...given)
    },
  })
  const { id } = (await end(target, { confirm: (await preview(target)).confirm })).json()
  t.match(await finished(id), { state: 'interrupted' })
  Object.assign(log, { end: endInLog })
  t.equal((await preview(target)).sessions, 13)
  const again = await end(target, { confirm: (await preview(target)).confirm })
  t.match(await finished(again.json().id), { state: 'done', done: 13 })
})

t.test(
  'an operation whose process has died was interrupted; one that was done stays so',
  async (t) => {
    const { documents } = issuer.store
    const now = issuer.now()
    const answer = await end({ kind: 'session', sid: sidOf(await tokensOf()) })
    const put = async (id: string, state: string) => {
      const operation = { ...answer.json<Operation>(), id, state }
      await documents.put('end', id, JSON.stringify({ operation, writtenAt: now }), now + 60, now)
    }
    const [running, done] = ['B'.repeat(22), 'C'.repeat(22)]
    await put(running, 'running')
    await put(done, 'done')
    issuer.advance(11)
    t.match((await send('GET', `ends/${running}`)).json(), { state: 'running' })
    issuer.advance(1)
    t.match((await send('GET', `ends/${running}`)).json(), { state: 'interrupted' })
    t.match((await send('GET', `ends/${done}`)).json(), { state: 'done' })
  },
)
