import { InputError } from '@latchkey/protocol'
import t from 'tap'
import type { NewUser, User } from '../src/index.ts'
import {
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  race,
  seededRandom,
  service,
  sharedDirectories,
  testClock,
} from './fixtures/open-directory.ts'

const FIRST_SECOND = 1_700_000_000

async function withRoles(t: Parameters<typeof memoryDirectory>[0]) {
  const directory = await memoryDirectory(t)
  for (const audience of [REPORTS, ORDERS]) await directory.services.save(service(audience))
  await directory.roles.save({
    name: 'reader',
    description: '',
    grants: [
      { audience: REPORTS, grant: 'GET /reports/*' },
      { audience: ORDERS, grant: 'GET /orders' },
    ],
  })
  await directory.roles.save({
    name: 'editor',
    description: '',
    grants: [
      { audience: REPORTS, grant: 'POST /reports' },
      { audience: REPORTS, grant: 'GET /reports/*' },
    ],
  })
  return directory
}

t.test('a new user is found by sub and by any spelling of the user name', async (t) => {
  const directory = await memoryDirectory(t)
  const ada = await directory.users.create({
    username: 'Ada Straße',
    email: 'ada@example.org',
    emailVerified: true,
    locale: 'zh-cn',
    password: 'correct horse',
  })
  t.match(ada.sub, /^u_[0-9A-HJKMNP-TV-Z]{26}$/)
  t.strictSame(ada, {
    sub: ada.sub,
    username: 'Ada Straße',
    name: 'Ada Straße',
    email: 'ada@example.org',
    emailVerified: true,
    locale: 'zh-CN',
    disabled: false,
    mustChangePassword: false,
    roles: [],
    grants: [],
    groups: [],
    attributes: {},
    passwordChangedAt: FIRST_SECOND,
    profile: {},
    hasOneTimeCode: false,
    createdAt: FIRST_SECOND,
    updatedAt: FIRST_SECOND,
  } satisfies User)
  t.strictSame(await directory.users.find(ada.sub), ada)
  for (const spelling of [
    'ada straße',
    'ADA STRASSE',
    'Ａｄａ strasse',
    'Ada Straße'.normalize('NFD'),
  ]) {
    t.strictSame(await directory.users.findByUsername(spelling), ada, spelling)
  }
  for (const other of ['ada', 'ada straße ', 'ada\u0000straße', '']) {
    t.equal(await directory.users.findByUsername(other), undefined, JSON.stringify(other))
  }
  t.equal(await directory.users.find('u_0'), undefined)
})

t.test('what is not given is left out, not empty', async (t) => {
  const directory = await memoryDirectory(t)
  const user = await directory.users.create({ username: 'machine-like' })
  for (const member of ['email', 'locale', 'passwordChangedAt']) t.notOk(member in user, member)
  t.equal(user.emailVerified, false)
})

t.test('what a new user may not be', async (t) => {
  const directory = await withRoles(t)
  const long = 'x'.repeat(257)
  const cases: [string, NewUser, string, string?][] = [
    ['no user name', { username: '' }, 'username'],
    ['the name of another user in another spelling', { username: 'TAKEN' }, 'username-taken'],
    ['a long display name', { username: 'a', name: long }, 'name'],
    ['an ANSI escape in the display name', { username: 'a', name: 'a\u001b[2J' }, 'name'],
    ['a C1 control in the display name', { username: 'a', name: 'a\u009b2J' }, 'name'],
    ['a line break in the display name', { username: 'a', name: 'a\r\nb' }, 'name'],
    ['a direction mark in the display name', { username: 'a', name: 'a\u202eb' }, 'name'],
    ['an address without @', { username: 'a', email: 'ada' }, 'email'],
    ['an address with a space', { username: 'a', email: 'a da@x' }, 'email'],
    ['an address with two @', { username: 'a', email: 'a@b@c' }, 'email'],
    ['an address with CRLF', { username: 'a', email: 'a@b\r\nBcc: c@d' }, 'email'],
    [
      'a verified address that is none',
      { username: 'a', emailVerified: true },
      'email',
      'emailVerified',
    ],
    ['a language that is none', { username: 'a', locale: 'not a tag' }, 'locale'],
    ['a short password', { username: 'a', password: '1234567' }, 'password-too-short'],
    ['a bcrypt hash', { username: 'a', passwordHash: '$2b$12$x' }, 'password-hash'],
    [
      'a password and a hash',
      { username: 'a', password: 'long enough', passwordHash: 'x' },
      'password-twice',
    ],
    ['an unknown role', { username: 'a', roles: ['readr'] }, 'unknown-role', 'roles[0]'],
    ['a role twice', { username: 'a', roles: ['reader', 'reader'] }, 'duplicate', 'roles[1]'],
    [
      'a grant at an unknown service',
      { username: 'a', grants: [{ audience: 'https://nowhere.example', grant: 'GET /x' }] },
      'unknown-service',
      'grants[0]',
    ],
    [
      'a grant that is none',
      { username: 'a', grants: [{ audience: REPORTS, grant: 'get /x' }] },
      'grant-method',
      'grants[0], character 1',
    ],
  ]
  await directory.users.create({ username: 'taken' })
  for (const [rule, user, code, where] of cases) {
    await t.rejects(
      directory.users.create(user),
      { name: 'InputError', code, ...(where === undefined ? {} : { where }) },
      rule,
    )
  }
  t.equal((await directory.users.list({ limit: 10 })).length, 1, 'nobody was created halfway')
})

t.test('the message about an unknown role says which one was probably meant', async (t) => {
  const directory = await withRoles(t)
  const error = await directory.users.create({ username: 'a', roles: ['raeder'] }).catch((e) => e)
  t.type(error, InputError)
  t.match(error.message, 'roles[0]: expected a role that exists (did you mean "reader"?)')
})

t.test('a user name that looks like code is a user name like any other', async (t) => {
  const directory = await memoryDirectory(t)
  for (const username of [
    '__proto__',
    'constructor',
    "o'brien; drop table users",
    '<b>',
    '\u0024{env.X}',
  ]) {
    const { sub } = await directory.users.create({ username })
    t.equal((await directory.users.findByUsername(username))?.sub, sub, username)
  }
})

t.test('of 50 who create one user name at once, in any spelling, one succeeds', async (t) => {
  const directories = await sharedDirectories(t, 5)
  const spellings = ['ada', 'ADA', 'Ada', 'ａｄａ', 'aDa']
  const calls = Array.from({ length: 50 }, (_, index) =>
    oneOf(directories, index).users.create({ username: oneOf(spellings, index + (index % 3)) }),
  )
  const { won, lost } = await race(calls)
  t.equal(won.length, 1)
  t.strictSame(new Set(lost), new Set(['username-taken']))
  t.equal((await oneOf(directories, 0).users.list({ limit: 10 })).length, 1)
})

t.test(
  'the id of a deleted user is never given again, even when clock and chance repeat',
  async (t) => {
    const repeating = { bytes: (count: number) => Buffer.alloc(count, 7) }
    const directory = await memoryDirectory(t, { random: repeating })
    const first = await directory.users.create({ username: 'ada' })
    await directory.users.delete(first.sub)
    t.equal(await directory.users.find(first.sub), undefined)
    await t.rejects(directory.users.create({ username: 'ada' }), /not random/)
  },
)

t.test('a user created again under the same name is another user', async (t) => {
  const directory = await withRoles(t)
  const first = await directory.users.create({
    username: 'ada',
    roles: ['reader'],
    grants: [{ audience: ORDERS, grant: 'DELETE /orders' }],
  })
  await directory.users.delete(first.sub)
  const second = await directory.users.create({ username: 'ada' })
  t.not(second.sub, first.sub)
  t.strictSame([second.roles, second.grants], [[], []])
  t.strictSame(await directory.users.rightsAt(first.sub, ORDERS), { routes: [] })
  t.strictSame(await directory.users.rightsAt(second.sub, ORDERS), { routes: [] })
  t.strictSame(await directory.roles.holders('reader', 10), [])
})

t.test('an update changes what is given and nothing else', async (t) => {
  const clock = testClock()
  const directory = await memoryDirectory(t, { clock })
  const before = await directory.users.create({
    username: 'ada',
    email: 'ada@example.org',
    emailVerified: true,
    locale: 'en',
  })
  clock.advance(5000)
  const at = { updatedAt: FIRST_SECOND + 5 }
  const named = await directory.users.update(before.sub, { name: 'Ada L.' })
  t.strictSame(named, { ...before, name: 'Ada L.', ...at })
  t.strictSame(await directory.users.find(before.sub), named)

  const moved = await directory.users.update(before.sub, { email: 'ada@elsewhere.example' })
  t.equal(moved.emailVerified, false, 'another address is not verified')
  const same = await directory.users.update(before.sub, {
    email: moved.email ?? '',
    emailVerified: true,
  })
  t.equal(same.emailVerified, true)
  t.equal(
    (await directory.users.update(before.sub, { email: same.email ?? '' })).emailVerified,
    true,
  )

  const bare = await directory.users.update(before.sub, { email: '', locale: '' })
  t.strictSame(['email' in bare, 'locale' in bare, bare.emailVerified], [false, false, false])
})

t.test('an update takes no members that are not its own', async (t) => {
  const directory = await memoryDirectory(t)
  const ada = await directory.users.create({ username: 'ada', password: 'correct horse' })
  const foreign = { sub: 'u_1', disabled: true, passwordHash: 'x', createdAt: 0 }
  const after = await directory.users.update(ada.sub, { name: 'Ada', ...foreign })
  t.strictSame(after, { ...ada, name: 'Ada' })
  t.match(await directory.users.checkPassword('ada', 'correct horse'), { kind: 'ok' })
})

t.test('changes to a user who is not there are refused', async (t) => {
  const { users } = await memoryDirectory(t)
  const unknown = { name: 'InputError', code: 'unknown-user' }
  await t.rejects(users.update('u_1', { name: 'x' }), unknown)
  await t.rejects(users.setDisabled('u_1', true), unknown)
  await t.rejects(users.setPassword('u_1', 'long enough'), unknown)
  await t.rejects(users.delete('u_1'), unknown)
})

t.test('a disabled user is found, and says so', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada' })
  await users.setDisabled(sub, true)
  t.equal((await users.find(sub))?.disabled, true)
  t.equal((await users.findByUsername('ada'))?.disabled, true)
  await users.setDisabled(sub, false)
  t.equal((await users.find(sub))?.disabled, false)
})

t.test('routes are those of all roles and the user, sorted by code unit, each once', async (t) => {
  const directory = await withRoles(t)
  const { users } = directory
  const { sub } = await users.create({
    username: 'ada',
    roles: ['editor', 'reader'],
    grants: [
      { audience: REPORTS, grant: 'PUT /z' },
      { audience: REPORTS, grant: 'PUT /Z' },
      { audience: REPORTS, grant: 'GET /reports/*' },
      { audience: REPORTS, grant: 'GET /reports/*' },
    ],
  })
  t.strictSame(await users.rightsAt(sub, REPORTS), {
    routes: ['GET /reports/*', 'POST /reports', 'PUT /Z', 'PUT /z'],
  })
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: ['GET /orders'] })
  t.strictSame(await users.rightsAt(sub, 'https://nowhere.example'), { routes: [] })
  t.strictSame(await users.rightsAt('u_1', REPORTS), { routes: [] })
  t.strictSame(await users.rightsAt('role:reader', REPORTS), { routes: [] }, 'a role is no user')

  await directory.roles.save({ name: 'editor', description: '', grants: [] })
  t.strictSame(await users.rightsAt(sub, REPORTS), {
    routes: ['GET /reports/*', 'PUT /Z', 'PUT /z'],
  })
  await users.update(sub, { roles: [] })
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: [] })
  await users.setDisabled(sub, true)
  t.strictSame(await users.rightsAt(sub, REPORTS), { routes: [] }, 'a disabled user may do nothing')
})

t.test('lists go from the oldest user to the newest, page by page', async (t) => {
  const clock = testClock()
  const directory = await memoryDirectory(t, { clock, random: seededRandom('list') })
  for (const username of ['zoe', 'adam', 'Bob 100%', 'bob_2']) {
    await directory.users.create({ username, email: `${username.replace(/\W/g, '')}@Example.org` })
    clock.advance(1)
  }
  const names = (users: User[]) => users.map(({ username }) => username)
  const first = await directory.users.list({ limit: 3 })
  t.strictSame(names(first), ['zoe', 'adam', 'Bob 100%'])
  const after = first.at(-1)?.sub ?? ''
  t.strictSame(names(await directory.users.list({ limit: 3, after })), ['bob_2'])

  const searches: [string, string[]][] = [
    ['BOB', ['Bob 100%', 'bob_2']],
    ['%', ['Bob 100%']],
    ['_', ['bob_2']],
    ['!', []],
    ['adam@example', ['adam']],
    ['', ['zoe', 'adam', 'Bob 100%', 'bob_2']],
  ]
  for (const [search, found] of searches) {
    t.strictSame(names(await directory.users.list({ limit: 9, search })), found, search)
  }
  for (const limit of [0, -1, 1.5, 501, Number.NaN]) {
    await t.rejects(directory.users.list({ limit }), { code: 'number' }, String(limit))
  }
  t.strictSame(await directory.users.list({ limit: 9, after: 'u_ZZ' }), [], 'any cursor is safe')
})
