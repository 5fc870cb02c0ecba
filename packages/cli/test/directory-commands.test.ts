import t from 'tap'
import { changedGrants, grantText, parseGrant } from '../src/grants.ts'
import { widthOf } from '../src/text-width.ts'
import { smallIssuer } from './fixtures/small-issuer.ts'
import { fakeIssuer, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const REPORTS = 'http://reports.localhost'

type Step = readonly [line: readonly string[], code: number, says: RegExp]

t.test('users, roles and groups, from nothing to nothing, at a real issuer', async (t) => {
  const cwd = t.testdir({})
  const small = await smallIssuer(cwd)
  t.teardown(() => small.close())
  const grant = `${REPORTS} GET /drafts/:id until 2027-01-01T00:00Z`
  const steps: readonly Step[] = [
    [['users', 'add', 'bob', '--no-password', '--name', 'Bob 会话'], 0, /^bob is added: u_/],
    [['users', 'add', 'carl', '--no-password', '--role', 'reader'], 0, /^carl is added/],
    [
      ['users', 'list'],
      0,
      /^USER +NAME +STATUS +ROLES\nada +Ada Lovelace +active +boss reader\nbob/,
    ],
    [
      ['users', 'list', '--search', 'LOVE', '--json'],
      0,
      /^\{\n {2}"users": \[\n {4}\{.*"ada".*\}\n {2}\]\n\}\n$/,
    ],
    [['users', 'list', '--role', 'reader', '--limit', '1'], 0, /^USER [^\n]*\nada [^\n]*\n$/],
    [['users', 'list', '--status', 'disabled'], 0, /^There is nothing to list\.\n$/],
    [['users', 'list', '--status', 'disabled', '--json'], 0, /^\{\n {2}"users": \[\]\n\}\n$/],
    [['users', 'list', '--limit', '0'], 2, /not-a-count/],
    [['users', 'set', 'bob'], 2, /nothing-to-change/],
    [
      ['users', 'set', 'bob', '--email', 'b@x.example', '--verified', 'yes', '--grant', grant],
      0,
      /changed/,
    ],
    [
      ['users', 'show', 'BOB'],
      0,
      /e-mail +b@x\.example \(verified\)\n(?:.*\n)*grants +http:\/\/reports\.localhost GET \/drafts\/:id until\n/,
    ],
    [
      ['users', 'set', 'bob', '--email', '', '--remove-grant', `${REPORTS} GET /drafts/:id`],
      0,
      /changed/,
    ],
    [['users', 'show', 'bob'], 0, /^(?![\s\S]*(?:e-mail|grants))user name +bob\n/],
    [['users', 'set', 'bob', '--attribute', 'nonsense'], 2, /attribute-form/],
    [['roles', 'list'], 0, /^ROLE +GRANTS +DESCRIPTION\nadmin +1 /],
    [
      ['roles', 'save', 'writer', '--grant', `${REPORTS} POST /reports`, '--description', 'Writes'],
      0,
      /^writer is saved\. Grants: 1\n/,
    ],
    [['roles', 'save', 'writer', '--grant', `${REPORTS} PUT /reports/:id`], 0, /Grants: 2\n/],
    [['roles', 'save', 'writer', '--remove-grant', `${REPORTS} POST /reports`], 0, /Grants: 1\n/],
    [
      ['roles', 'give', 'writer', 'bob', 'carl'],
      0,
      /^bob has the role writer\.\ncarl has the role writer\.\n$/,
    ],
    [['roles', 'give', 'writer', 'carl', 'nobody'], 1, /There is no user nobody/],
    [
      ['roles', 'show', 'writer'],
      0,
      /description +Writes\ngrants +\S+ PUT \/reports\/:id\npeople +2\n$/,
    ],
    [['roles', 'show', 'admin'], 0, /origin +comes with the issuer/],
    [['roles', 'remove', 'writer', '--yes'], 1, /role-in-use/],
    [['roles', 'take', 'writer', 'bob', 'carl'], 0, /bob has the role writer no more/],
    [['roles', 'remove', 'writer', '--yes'], 0, /^writer is deleted\.\n$/],
    [['roles', 'show', 'writer'], 1, /unknown-role/],
    [
      ['roles', 'save', 'x', '--grant', 'nonsense'],
      2,
      /"https:\/\/orders\.example GET \/orders\/\*"/,
    ],
    [['roles', 'save', 'x', '--grant', `${REPORTS} GET /x until noon`], 2, /grant-end/],
    [['roles', 'save', 'x', '--grant', 'http://nowhere.example GET /x'], 1, /unknown-service/],
    [['groups', 'add', 'sales', '--role', 'reader'], 0, /^sales is added: g_/],
    [
      ['groups', 'add', 'berlin', '--parent', 'Sales', '--grant', `${REPORTS} GET /berlin`],
      0,
      /added/,
    ],
    [
      ['groups', 'add-member', 'berlin', 'bob', 'carl'],
      0,
      /^bob is in berlin\.\ncarl is in berlin\.\n$/,
    ],
    [['groups', 'list', '--search', 'ber'], 0, /^GROUP +ROLES +DESCRIPTION\nberlin\n$/],
    [
      ['groups', 'show', 'berlin'],
      0,
      /parent +sales\ngrants +\S+ GET \/berlin\n[\s\S]*\nUSER +NAME\n[\s\S]*bob +Bob 会话\n/,
    ],
    [['groups', 'show', 'berlin', '--json'], 0, /"members": \[\n/],
    [['users', 'list', '--group', 'berlin'], 0, /\nbob [^\n]*\ncarl /],
    [['users', 'show', 'bob'], 0, /groups +berlin\n/],
    [['groups', 'remove', 'sales', '--yes'], 1, /The issuer refuses/],
    [
      [
        'groups',
        'set',
        'berlin',
        '--parent',
        '',
        '--description',
        'By the Spree',
        '--role',
        'reader',
      ],
      0,
      /changed/,
    ],
    [['groups', 'show', 'berlin'], 0, /description +By the Spree\nroles +reader\n/],
    [['groups', 'set', 'berlin'], 2, /nothing-to-change/],
    [['groups', 'remove-member', 'berlin', 'bob'], 0, /bob is not in berlin any more/],
    [['groups', 'remove', 'sales', '--yes'], 0, /^sales is deleted\.\n$/],
    [['groups', 'show', 'sales'], 1, /There is no group sales/],
    [['users', 'remove', 'bob', '--yes'], 0, /bob is deleted/],
  ]
  for (const [line, code, says] of steps) {
    const ran = await runLine(line, { cwd })
    const shown = ran.out + ran.err
    t.equal(ran.code, code, `${line.join(' ')}\n${shown}`)
    t.match(code === 0 ? ran.out : ran.err.replace(/\s+/g, ' '), says, line.join(' '))
    if (!line.includes('--json')) {
      t.ok(
        shown.split('\n').every((one) => widthOf(one) <= 80),
        shown,
      )
    }
  }
})

t.test('a list is read page by page to its end', async (t) => {
  const row = (index: number) => ({ username: `user-${index}`, name: '', roles: [] })
  const issuer = await fakeIssuer({
    ...TOKEN_REPLY,
    'GET /admin/v1/users?limit=500': { body: { users: [row(1), row(2)], next: 'a+b' } },
    'GET /admin/v1/users?limit=500&after=a%2Bb': { body: { users: [row(3)] } },
    'GET /admin/v1/users?limit=3': { body: { users: [row(1), row(2)], next: 'c' } },
    'GET /admin/v1/users?limit=1&after=c': { body: { users: [row(3)], next: 'd' } },
  })
  t.teardown(issuer.close)
  const all = await runLine(['users', 'list', '--json'], { env: issuer.env })
  t.same(
    JSON.parse(all.out).users.map((one: { username: string }) => one.username),
    ['user-1', 'user-2', 'user-3'],
  )
  const three = await runLine(['users', 'list', '--limit', '3'], { env: issuer.env })
  t.match(three.out, /user-3/)
  t.equal(issuer.lines().filter((line) => line.startsWith('GET')).length, 4, 'and no page more')
})

t.test('RFC 9110 section 13.1.1: somebody else’s change in between is not undone', async (t) => {
  const SUB = `u_${'0'.repeat(26)}`
  const late = { status: 412, body: { code: 'precondition-failed', detail: 'changed' } }
  let reads = 0
  const issuer = await fakeIssuer({
    ...TOKEN_REPLY,
    [`GET /admin/v1/users/${SUB}`]: () => ({
      headers: { etag: `"${++reads}"` },
      body: { sub: SUB, username: 'ada', roles: reads < 3 ? ['one'] : ['one', 'two'] },
    }),
    // The first read finds the user; the second is outdated when it is sent back.
    [`PATCH /admin/v1/users/${SUB}`]: ({ headers, body }) =>
      headers['if-match'] === '"3"' ? { body: JSON.parse(body) } : late,
  })
  t.teardown(issuer.close)
  t.match(await runLine(['roles', 'give', 'three', SUB], { env: issuer.env }), { code: 0 })
  t.same(JSON.parse(issuer.seen.at(-1)?.body ?? ''), { roles: ['one', 'two', 'three'] })
})

t.test('a grant is written as it is read', async (t) => {
  for (const text of [
    'http://a.example GET /x',
    'http://a.example * /x/*',
    'http://a.example GET /x until 2027-01-01T00:00:00.000Z',
  ]) {
    t.equal(grantText(parseGrant(text)), text)
  }
  // The issuer says at which character a grant goes wrong.
  t.same(parseGrant('a GET x'), { audience: 'a', grant: 'GET x' })
  for (const text of ['GET /x', 'a GET', 'a GET /x /y', '']) {
    t.match(
      t.throws(() => parseGrant(text)),
      { fault: { code: 'grant-form' } },
      `"${text}"`,
    )
  }
  const before = [
    { audience: 'a', grant: 'GET /x', until: 5 },
    { audience: 'a', grant: 'GET /y' },
  ]
  t.same(changedGrants(before, { add: ['a GET /x'], remove: ['a GET /y'] }), [
    { audience: 'a', grant: 'GET /x' },
  ])
})
