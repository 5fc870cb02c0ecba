import { InputError } from '@latchkey/protocol'
import t from 'tap'
import type { AuditRecord, Directory, StoredKey } from '../src/index.ts'
import {
  behindItsBack,
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  service,
  sharedDirectories,
} from './fixtures/open-directory.ts'

const record = (members: Partial<AuditRecord> = {}): Omit<AuditRecord, 'id'> => ({
  at: 1_700_000_000,
  actor: { sub: 'issuer' },
  action: 'end',
  target: 's0_1',
  reason: 'sign_out',
  detail: {},
  ...members,
})

const key = (kid: string, members: Partial<StoredKey> = {}): StoredKey => ({
  kid,
  alg: 'RS256',
  state: 'active',
  publicJwk: { kty: 'RSA', n: 'AQAB', e: 'AQAB' },
  wrappedPrivateKey: 'wrapped',
  createdAt: 1_700_000_000,
  since: 1_700_000_000,
  ...members,
})

t.test('a role is found as it was saved, and saving again replaces it', async (t) => {
  const { roles, services } = await memoryDirectory(t)
  for (const audience of [ORDERS, REPORTS]) await services.save(service(audience))
  const grants = [
    { audience: ORDERS, grant: 'GET /orders' },
    { audience: REPORTS, grant: '* /*' },
  ]
  await roles.save({ name: 'reader', description: 'reads', grants: grants.toReversed() })
  t.strictSame(await roles.find('reader'), { name: 'reader', description: 'reads', grants })
  await roles.save({ name: 'reader', description: '', grants: [] })
  t.strictSame(await roles.list(), [{ name: 'reader', description: '', grants: [] }])
  t.equal(await roles.find('Reader'), undefined)
})

t.test('what a role may not be', async (t) => {
  const { roles } = await memoryDirectory(t)
  for (const name of ['', ' ', '.x', 'a b', 'a:b', 'rôle', 'x'.repeat(65)]) {
    const bad = roles.save({ name, description: '', grants: [] })
    await t.rejects(bad, { code: 'role-name', where: 'name' }, name)
  }
  const long = { name: 'a', description: 'x'.repeat(1025), grants: [] }
  await t.rejects(roles.save(long), { code: 'description' })
  const nowhere = { name: 'a', description: '', grants: [{ audience: ORDERS, grant: 'GET /' }] }
  await t.rejects(roles.save(nowhere), { code: 'unknown-service', where: 'grants[0]' })
  t.strictSame(await roles.list(), [])
})

t.test('the holders of a role are those who have it, at most as many as asked for', async (t) => {
  const { roles, users } = await memoryDirectory(t)
  await roles.save({ name: 'reader', description: '', grants: [] })
  const ada = await users.create({ username: 'ada', roles: ['reader'] })
  const bob = await users.create({ username: 'bob', roles: ['reader'] })
  await users.create({ username: 'eve' })
  t.strictSame(await roles.holders('reader', 5), [ada.sub, bob.sub].toSorted())
  t.equal((await roles.holders('reader', 1)).length, 1)
  t.strictSame(await roles.holders('nobody', 5), [])
  await t.rejects(roles.holders('reader', 0), { code: 'number' })
})

t.test('audit records are listed newest first, page by page, by action and target', async (t) => {
  const { audit } = await memoryDirectory(t)
  for (let count = 1; count <= 7; count++) {
    await audit.append(
      record({ action: count % 2 ? 'user.create' : 'end', target: `t${count % 3}`, at: count }),
    )
  }
  const ids = async (query: Parameters<typeof audit.list>[0]) =>
    (await audit.list(query)).map(({ id }) => id)
  t.strictSame(await ids({ limit: 3 }), [7, 6, 5])
  t.strictSame(await ids({ limit: 3, before: 5 }), [4, 3, 2])
  t.strictSame(await ids({ limit: 3, before: 1 }), [])
  t.strictSame(await ids({ limit: 9, action: 'end' }), [6, 4, 2])
  t.strictSame(await ids({ limit: 9, target: 't1' }), [7, 4, 1])
  t.strictSame(await ids({ limit: 9, target: 't1', action: 'end', before: 7 }), [4])
  t.strictSame(await ids({ limit: 9, since: 5 }), [7, 6, 5])
  t.strictSame(await ids({ limit: 9, since: 5, action: 'end' }), [6])
  for (const limit of [0, 501]) await t.rejects(audit.list({ limit }), { code: 'number' })
})

t.test('an audit record comes back as it went in', async (t) => {
  const { audit } = await memoryDirectory(t)
  const full = record({
    actor: { sub: 'u_1', clientId: 'console', sid: 's0_1' },
    detail: { reason: '订单', list: [1, null, { a: true }] },
  })
  await audit.append(full)
  await audit.append(record())
  const [second, first] = await audit.list({ limit: 2 })
  t.strictSame(first, { id: 1, ...full })
  t.strictSame(second, { id: 2, ...record() })
})

t.test('attack H6: foreign text in a record is cleaned and cut, not refused', async (t) => {
  const { audit } = await memoryDirectory(t)
  await audit.append(
    record({
      actor: { sub: 'x'.repeat(1_000_000), sid: '\u001b[2J' },
      target: 'a\r\nb\u0000\ud800',
      reason: 'x'.repeat(513),
    }),
  )
  const [stored] = await audit.list({ limit: 1 })
  t.equal(stored?.actor.sub.length, 512)
  t.equal(stored?.actor.sid, '\ufffd[2J')
  t.equal(stored?.target, 'a\ufffd\ufffdb\ufffd\ufffd')
  t.equal(stored?.reason, `${'x'.repeat(511)}…`)
})

t.test('what an audit record may not be', async (t) => {
  const { audit } = await memoryDirectory(t)
  const cases: [string, Partial<AuditRecord>, string][] = [
    ['no action', { action: '' }, 'audit-action'],
    ['an action with a space', { action: 'user create' }, 'audit-action'],
    ['an action in upper case', { action: 'End' }, 'audit-action'],
    ['an action that ends in a dot', { action: 'user.' }, 'audit-action'],
    ['a long action', { action: 'x'.repeat(65) }, 'audit-action'],
    ['a time that is none', { at: Number.NaN }, 'number'],
    ['a time in parts of seconds', { at: 1.5 }, 'number'],
    ['a large detail', { detail: { text: 'x'.repeat(4096) } }, 'audit-detail'],
    ['a detail that is no JSON', { detail: { date: new Date() } }, 'audit-detail'],
  ]
  for (const [rule, members, code] of cases) {
    await t.rejects(audit.append(record(members)), { name: 'InputError', code }, rule)
  }
  t.strictSame(await audit.list({ limit: 9 }), [])
})

t.test(
  'the audit log has no way back: no method changes a record, and ids have no gaps by 50 at once',
  async (t) => {
    const directories = await sharedDirectories(t, 5)
    const parts = ['append', 'head', 'lines', 'list', 'prune', 'verify']
    t.strictSame(Object.keys(oneOf(directories, 0).audit).sort(), parts)
    const undone = oneOf(directories, 0).transaction(async ({ audit }) => {
      await audit.append(record())
      throw new Error('undone')
    })
    await t.rejects(undone, /undone/)
    await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        oneOf(directories, index).audit.append(record({ target: `t${index}` })),
      ),
    )
    const ids = (await oneOf(directories, 1).audit.list({ limit: 100 })).map(({ id }) => id)
    t.strictSame(
      ids,
      Array.from({ length: 50 }, (_, index) => 50 - index),
    )
  },
)

t.test('records that many processes append at once are one chain', async (t) => {
  const directories = await sharedDirectories(t, 5)
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => oneOf(directories, index).audit.append(record())),
  )
  const { audit } = oneOf(directories, 0)
  const verified = await audit.verify({ after: { id: 0, digest: '' }, limit: 99 })
  t.match(verified, { records: 50, isLast: true, fault: undefined })
})

t.test('the database itself refuses to change and to take away audit records', async (t) => {
  const [directory] = await sharedDirectories(t, 1)
  const { audit } = directory as Directory
  for (const at of [1, 2, 300]) await audit.append(record({ at }))
  const refused = [
    "update audit set reason = 'another' where id = 2",
    'delete from audit where id = 2',
    'delete from audit',
    'update audit_checkpoints set id = 9',
  ]
  t.match(await audit.prune({ before: 2, now: 400, actor: { sub: 'u_1' } }), { removed: 1 })
  for (const statement of refused) {
    await t.rejects(behindItsBack(t, statement), /audit records stay as they are/, statement)
  }
  const verified = await audit.verify({ after: { id: 0, digest: '' }, limit: 99 })
  t.match(verified, { records: 3, isLast: true, fault: undefined })
})

t.test('of 50 who add the first key of an algorithm at once, one succeeds', async (t) => {
  const directories = await sharedDirectories(t, 5)
  const added = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      oneOf(directories, index).keys.addFirst(key(`rs-${index}`)),
    ),
  )
  t.equal(added.filter(Boolean).length, 1)
  const { keys } = oneOf(directories, 2)
  t.strictSame(await keys.list(), [key(`rs-${added.indexOf(true)}`)])
  t.equal(await keys.addFirst(key('ed-1', { alg: 'EdDSA' })), true, 'of another algorithm')
})

t.test('a key pair lives forwards: pending, active, retiring, retired', async (t) => {
  const { keys } = await memoryDirectory(t)
  const pending = (kid: string) => key(kid, { state: 'pending' })
  t.equal(await keys.addFirst(key('1')), true)
  t.equal(await keys.addPending(pending('2')), true)
  t.equal(await keys.addPending(pending('3')), false, 'one waits at a time')
  t.equal(await keys.retire('1', 5), false, 'the one that signs stays')
  t.equal(await keys.promote('1', 5), false)
  t.equal(await keys.promote('2', 6), true)
  t.equal(await keys.promote('2', 7), false)
  t.strictSame(await statesOf(keys), ['1 retiring 6', '2 active 6'])
  t.equal(await keys.retire('1', 8), true)
  t.equal(await keys.retire('1', 9), false)
  t.strictSame(await statesOf(keys), ['1 retired 8', '2 active 6'])
  await t.rejects(keys.addPending(pending('1')), { code: 'kid-taken' })
  await t.rejects(keys.addPending(key('4')), { code: 'key-state' })
  await t.rejects(keys.addFirst(pending('4')), { code: 'key-state' })
  t.equal(await keys.promote('nobody', 9), false)
})

t.test('a revoked key pair has no private part, and something else signs at once', async (t) => {
  const { keys } = await memoryDirectory(t)
  await keys.addFirst(key('1'))
  t.equal(await keys.revoke('1', key('2'), 5), true)
  t.equal(await keys.revoke('1', key('3'), 6), false, 'by the first of two who ask')
  t.match(await keys.list(), [
    { kid: '1', state: 'retired', wrappedPrivateKey: '', since: 5 },
    { kid: '2', state: 'active', wrappedPrivateKey: 'wrapped' },
  ])
  await keys.addPending(key('4', { state: 'pending' }))
  t.equal(await keys.revoke('2', key('5'), 7), true)
  t.match(
    await statesOf(keys),
    ['1 retired 5', '2 retired 7', '4 active 7'],
    'what waits goes first',
  )
  await keys.addPending(key('6', { state: 'pending' }))
  t.equal(await keys.revoke('6', key('7'), 8), true)
  t.match((await statesOf(keys)).slice(2), ['4 active 7', '6 retired 8'], 'it did not sign yet')
  await t.rejects(keys.revoke('4', key('8', { alg: 'ES256' }), 9), { code: 'key-alg' })
  t.match((await statesOf(keys))[2], '4 active 7', 'and nothing has happened')
})

t.test('of keys that are alive there are at most eight of an algorithm', async (t) => {
  const { keys } = await memoryDirectory(t)
  await keys.addFirst(key('0'))
  for (let n = 1; n < 8; n++) {
    await keys.addPending(key(`${n}`, { state: 'pending' }))
    await keys.promote(`${n}`, n)
  }
  const one = key('more', { state: 'pending' })
  await t.rejects(keys.addPending(one), { code: 'keys-too-many' })
  await keys.retire('0', 9)
  t.equal(await keys.addPending(one), true)
})

async function statesOf(keys: Directory['keys']): Promise<string[]> {
  const list = (await keys.list()).toSorted((a, b) => (a.kid < b.kid ? -1 : 1))
  return list.map(({ kid, state, since }) => `${kid} ${state} ${since}`)
}

t.test('what a stored key may not be', async (t) => {
  const { keys } = await memoryDirectory(t)
  const cases: [string, StoredKey][] = [
    ['no kid', key('')],
    ['a kid like a path', key('../x')],
    ['a kid of 65 characters', key('x'.repeat(65))],
    ['a private member', key('a', { publicJwk: { kty: 'OKP', x: 'x', d: 'secret-d' } })],
    ['a prime', key('a', { publicJwk: { kty: 'RSA', n: 'n', e: 'e', p: 'secret-d' } })],
    ['a symmetric key', key('a', { publicJwk: { kty: 'oct', k: 'secret-d' } })],
    ['a large public key', key('a', { publicJwk: { n: 'x'.repeat(4096) } })],
    ['a large private key', key('a', { wrappedPrivateKey: 'x'.repeat(16_385) })],
    ['an unknown algorithm', key('a', { alg: 'HS256' as never })],
    ['an unknown state', key('a', { state: 'gone' as never })],
  ]
  for (const [rule, bad] of cases) {
    const error = await keys.addFirst(bad).catch((e) => e)
    t.type(error, InputError, rule)
    t.notMatch(error.message, /secret-d/)
  }
  t.strictSame(await keys.list(), [])
})

t.test('a part of a transaction is undone alone, and the rest stays', async (t) => {
  const directory = await memoryDirectory(t)
  await directory.transaction(async (inside) => {
    await inside.users.create({ username: 'first' })
    const failed = inside.attempt(async (part) => {
      await part.users.create({ username: 'second' })
      await part.attempt((inner) => inner.users.create({ username: 'third' }))
      throw new Error('undone')
    })
    await t.rejects(failed, /undone/)
    await inside.attempt((part) => part.users.create({ username: 'fourth' }))
  })
  const names = (await directory.users.list({ limit: 9 })).map(({ username }) => username)
  t.strictSame(names.toSorted(), ['first', 'fourth'])
  const alone = directory.attempt(async (part) => {
    await part.users.create({ username: 'fifth' })
    throw new Error('undone')
  })
  await t.rejects(alone, /undone/)
  t.equal(await directory.users.findByUsername('fifth'), undefined)
})

t.test('a snapshot reads one moment, whoever writes in between', async (t) => {
  const [directory, other] = (await sharedDirectories(t, 2)) as [Directory, Directory]
  const names = async ({ roles }: Directory) => (await roles.list()).map(({ name }) => name)
  const role = { name: 'late', description: '', grants: [] }
  const seen = await directory.snapshot(async (inside) => {
    const before = await names(inside)
    const written = other.roles.save(role)
    // On SQLite it waits until this is over.
    if (directory.engine === 'postgres') await written
    return { written, before, after: await names(inside) }
  })
  await seen.written
  t.strictSame([seen.before, seen.after], [[], []])
  t.strictSame(await names(directory), ['late'])
  await t.rejects(
    directory.snapshot(() => directory.roles.list()),
    /use the directory it was given/,
  )
  if (directory.engine === 'sqlite') return
  const writes = directory.snapshot((inside) => inside.roles.save({ ...role, name: 'never' }))
  await t.rejects(writes, { name: 'StoreUnavailable' })
  t.strictSame(await names(directory), ['late'], 'and the connection is good')
})
