import t from 'tap'
import { ISSUER, testIssuer } from './test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const DJANGO = 'pbkdf2_sha256$1000$seasalt12chr$sS+fNvOs3T9GJsEiKaQ/L0GknPQfXDwEj8c8u44U6SA='
await directory.groups.create({ name: 'Sales', roles: ['reader'] })

async function send(users: object[], on_existing = 'skip', dry_run = false, client = 'operator') {
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, client)
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const answer = await issuer.app.inject({
    ...{ method: 'POST', url: '/admin/v1/users/import', headers },
    payload: { on_existing, dry_run, users },
  })
  return answer
}

const outcomes = async (...args: Parameters<typeof send>) =>
  (await send(...args))
    .json()
    .results.map((one: { outcome: string; code?: string }) =>
      one.code === undefined ? one.outcome : `${one.outcome} ${one.code}`,
    )

t.test('a person comes in with everything that the file tells', async (t) => {
  const row = {
    ...{ line: 2, username: 'Grace', name: 'Grace H.', email: 'grace@example.com' },
    ...{ email_verified: true, locale: 'en', external_id: 'hr-17', password_hash: DJANGO },
    ...{ roles: ['reader'], groups: ['sales'], profile: { given_name: 'Grace' } },
  }
  t.strictSame(await outcomes([row], 'skip', true), ['created'])
  t.equal(await directory.users.findByUsername('grace'), undefined, 'a dry run does nothing')
  t.equal((await directory.audit.list({ limit: 9, action: 'user.import' })).length, 0)
  t.strictSame(await outcomes([row]), ['created'])
  const user = await directory.users.findByUsername('grace')
  t.match(user, {
    ...{ emailVerified: true, externalId: 'hr-17', roles: ['reader'], locale: 'en' },
    profile: { given_name: 'Grace' },
  })
  t.equal(user?.groups.length, 1)
  t.match(await directory.users.checkPassword('grace', 'correct horse battery'), { kind: 'ok' })
  const [batch, one] = await directory.audit.list({ limit: 2 })
  t.match(batch, { action: 'user.import', detail: { created: 1, refused: 0 } })
  t.match(one, { action: 'user.create', reason: 'import', target: `user ${user?.sub}` })
  t.notMatch(JSON.stringify([batch, one]), 'pbkdf2')
})

t.test(
  'one transaction a batch, and a line that is refused leaves nothing of itself',
  async (t) => {
    const rows = [
      { line: 2, username: 'one' },
      { line: 3, username: 'two', roles: ['no-such-role'] },
      { line: 4, username: 'three', groups: ['Nobody'] },
      { line: 5, username: 'four', password_hash: 'md5$x$d41d8cd98f00b204e9800998ecf8427e' },
      { line: 6, username: 'ONE' },
      { line: 7, username: 'five', email: 'no address' },
      { line: 8, username: 'six', attributes: { nobody: 'knows' } },
      { line: 9, username: 'last' },
    ]
    t.strictSame(await outcomes(rows, 'fail'), [
      'created',
      'refused unknown-role',
      'refused unknown-group',
      'refused password-hash',
      'refused user-exists',
      'refused email',
      'refused attribute',
      'created',
    ])
    for (const { username } of rows.slice(1, 4)) {
      t.equal(await directory.users.findByUsername(username), undefined, username)
    }
    const { results } = (await send([rows[1] ?? {}])).json()
    t.match(results, [{ line: 3, where: /roles/, received: /no-such-role/, expected: /role/ }])
    t.strictSame(await outcomes([rows[0] ?? {}, rows[7] ?? {}]), ['skipped', 'skipped'])
  },
)

t.test('who is there is updated by external id first, and keeps name and password', async (t) => {
  const { sub } = await directory.users.create({
    ...{ username: 'old-name', externalId: 'hr-1', password: 'my own password' },
  })
  const row = {
    ...{ line: 2, username: 'new-name', external_id: 'hr-1', name: 'New', roles: ['reader'] },
    password_hash: DJANGO,
  }
  const before = (await issuer.store.log.head(0)).position.offset
  t.strictSame(await outcomes([row], 'update'), ['updated'])
  t.match(await directory.users.find(sub), { username: 'old-name', name: 'New', roles: ['reader'] })
  t.match(await directory.users.checkPassword('old-name', 'my own password'), { kind: 'ok' })
  t.equal((await issuer.store.log.head(0)).position.offset, before + 1, 'their tokens are stale')
  t.strictSame(await outcomes([{ ...row, status: 'disabled' }], 'update'), ['updated'])
  const [end] = await directory.audit.list({ limit: 1, action: 'end' })
  t.match(end, { target: `user ${sub}`, reason: 'user_disabled' })
  t.strictSame(await outcomes([{ ...row, status: 'active' }], 'update'), ['updated'])
  t.equal((await directory.users.find(sub))?.disabled, false)
})

t.test('attack H3: an import gives nobody more rights than the caller has', async (t) => {
  const grant = { audience: ISSUER, grant: 'POST /admin/v1/users/import' }
  await issuer.changeClient('operator', { grants: [grant] })
  t.strictSame(await outcomes([{ line: 2, username: 'mallory', roles: ['admin'] }]), [
    'refused insufficient_scope',
  ])
  t.equal(await directory.users.findByUsername('mallory'), undefined)
  t.strictSame(await outcomes([{ line: 2, username: 'harmless' }]), ['created'])
})

t.test('a batch has at most 500 lines, and no members that nobody knows', async (t) => {
  const row = { line: 1, username: 'x' }
  t.equal((await send(Array.from({ length: 501 }, () => row))).statusCode, 400)
  t.equal((await send([])).statusCode, 400)
  t.equal((await send([{ ...row, is_admin: true }])).statusCode, 400)
  t.equal((await send([row], 'replace')).statusCode, 400)
})
