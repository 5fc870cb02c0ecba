import t from 'tap'
import { adminMachine } from './fixtures/admin-machine.ts'
import { ISSUER, ORDERS, REPORTS, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const admin = await adminMachine(issuer, 'all', ['* /admin/v1/*'])
const at = (audience: string, ...grants: string[]) => grants.map((grant) => ({ audience, grant }))

/** What a change has put into the log about tokens that are stale. */
async function staleSince(change: () => Promise<unknown>): Promise<string[]> {
  const before = await issuer.store.log.head(0)
  await change()
  const { entries } = await issuer.store.log.read(0, before.position.offset, 100)
  return entries.flatMap(({ k, v }) => (k === 'stale' ? [v] : []))
}

t.test('a person is changed by a merge patch', async (t) => {
  const created = await admin('POST', 'users', {
    username: 'grace',
    email: 'grace@example.com',
    email_verified: true,
    roles: ['reader'],
    profile: { nickname: 'g', address: { country: 'DE', locality: 'Ulm' } },
  })
  t.equal(created.statusCode, 201)
  const { sub } = created.json()
  t.equal(created.headers.location, `/admin/v1/users/${sub}`)
  const path = `users/${sub}`
  const patched = await admin(
    'PATCH',
    path,
    { name: 'Grace', email: null, profile: { nickname: null, address: { locality: null } } },
    { 'content-type': 'application/merge-patch+json' },
  )
  t.match(patched.json(), { name: 'Grace', roles: ['reader'], email_verified: false })
  t.notOk('email' in patched.json())
  t.strictSame(patched.json().profile, { address: { country: 'DE' } })
  t.test('what is no member of the patch is refused, and nothing happens', async (t) => {
    for (const more of [
      { sub: 'u_1' },
      { id: 'x' },
      { status: 'active' },
      { disabled: false },
      { password: 'x' },
      { has_one_time_code: false },
      { owned_by: 'x' },
      { profile: { role: 'admin' } },
      { username: null },
      { roles: null },
      { role: 'admin' },
    ]) {
      const answer = await admin('PATCH', path, { name: 'Mass', ...more })
      t.strictSame(
        [answer.statusCode, answer.json().code],
        [400, 'invalid_request'],
        JSON.stringify(more),
      )
    }
    t.equal((await directory.users.find(sub))?.name, 'Grace')
  })
  t.test('who lost or got rights has stale tokens, and nobody else', async (t) => {
    t.strictSame(await staleSince(() => admin('PATCH', path, { name: 'G' })), [])
    t.strictSame(await staleSince(() => admin('PATCH', path, { roles: [] })), [sub])
    t.strictSame(await staleSince(() => admin('PATCH', path, { roles: [] })), [])
    t.strictSame(await staleSince(() => admin('PATCH', path, { grants: at(ORDERS, 'GET /x') })), [
      sub,
    ])
  })
  t.test('the record names the members, and no value', async (t) => {
    const records = await directory.audit.list({ limit: 1, action: 'user.update' })
    t.match(records[0], { target: `user ${sub}`, detail: { members: 'grants' } })
  })
  t.test('a password that somebody else has chosen can ask for another one', async (t) => {
    const password = { password: 'correct-horse-battery', must_change: true }
    t.equal((await admin('PUT', `${path}/password`, password)).statusCode, 204)
    t.equal((await admin('GET', path)).json().status, 'must_change_password')
    await admin('POST', `${path}/disable`)
    t.equal((await admin('GET', path)).json().status, 'disabled')
  })
})

t.test('people are found by status, role, group and a part of their name', async (t) => {
  const group = (await admin('POST', 'groups', { name: 'Finders' })).json().id
  const { sub } = (
    await admin('POST', 'users', { username: 'findable', roles: ['reader'], groups: [group] })
  ).json()
  const rows: [query: string, isFound: boolean][] = [
    [`group=${group}`, true],
    ['search=INDAB', true],
    ['search=indab&status=active&role=reader', true],
    ['search=indab&status=disabled', false],
    ['search=indab&role=admin', false],
  ]
  for (const [query, isFound] of rows) {
    const { users } = (await admin('GET', `users?${query}`)).json()
    t.strictSame(
      users.map((one: { sub: string }) => one.sub),
      isFound ? [sub] : [],
      query,
    )
  }
  t.equal((await admin('GET', 'users?status=gone')).statusCode, 400)
})

t.test('groups: what a group gives reaches members, and those of its children', async (t) => {
  const parent = (await admin('POST', 'groups', { name: 'Company' })).json()
  const child = (await admin('POST', 'groups', { name: 'Shop', parent: parent.id })).json()
  const ada = await issuer.sub('ada')
  const member = `groups/${child.id}/members/${ada}`
  t.strictSame(await staleSince(() => admin('PUT', member)), [ada])
  t.strictSame(await staleSince(() => admin('PUT', member)), [], 'a member already')
  const grants = at(REPORTS, 'GET /company')
  t.strictSame(await staleSince(() => admin('PATCH', `groups/${parent.id}`, { grants })), [ada])
  t.ok((await directory.users.rightsAt(ada, REPORTS)).routes.includes('GET /company'))
  t.strictSame(
    await staleSince(() => admin('PATCH', `groups/${parent.id}`, { description: 'All' })),
    [],
  )
  t.match((await admin('GET', `groups/${child.id}/members`)).json(), { members: [{ sub: ada }] })
  t.match((await admin('GET', 'groups?search=sho')).json().groups, [{ name: 'Shop' }])
  t.test('a group that others belong to stays', async (t) => {
    const answer = await admin('DELETE', `groups/${parent.id}`)
    t.strictSame([answer.statusCode, answer.json().code], [409, 'group-in-use'])
  })
  t.test('null takes the parent away, and with it what it gave', async (t) => {
    t.strictSame(await staleSince(() => admin('PATCH', `groups/${child.id}`, { parent: null })), [
      ada,
    ])
    t.notOk((await directory.users.rightsAt(ada, REPORTS)).routes.includes('GET /company'))
  })
  t.test('who leaves, and whose group goes, has stale tokens', async (t) => {
    t.strictSame(await staleSince(() => admin('DELETE', member)), [ada])
    t.strictSame(await staleSince(() => admin('DELETE', member)), [])
    await admin('PATCH', `groups/${child.id}`, { grants })
    await admin('PUT', member)
    t.strictSame(await staleSince(() => admin('DELETE', `groups/${child.id}`)), [ada])
    t.equal((await admin('GET', `groups/${child.id}`)).json().code, 'unknown-group')
  })
  t.test('members that are nobody are refused', async (t) => {
    const nobody = `u_${'0'.repeat(26)}`
    const answer = await admin('PUT', `groups/${parent.id}/members/${nobody}`)
    t.strictSame([answer.statusCode, answer.json().code], [404, 'unknown-user'])
  })
})

t.test('roles: saved whole, removed when nobody has them', async (t) => {
  const grants = at(ORDERS, 'GET /packing')
  const body = { description: 'Packs', grants }
  t.equal((await admin('PUT', 'roles/packer', body)).statusCode, 201)
  const bob = await issuer.sub('bob')
  await admin('PATCH', `users/${bob}`, { roles: ['packer'] })
  t.strictSame((await admin('GET', 'roles/packer/holders')).json(), { holders: [{ sub: bob }] })
  t.strictSame(await staleSince(() => admin('PUT', 'roles/packer', body)), [], 'nothing changed')
  t.strictSame(await staleSince(() => admin('PUT', 'roles/packer', { grants: [] })), [bob])
  t.strictSame(
    [
      (await admin('DELETE', 'roles/packer')).statusCode,
      (await admin('DELETE', 'roles/packer')).json().code,
    ],
    [409, 'role-in-use'],
  )
  await admin('PATCH', `users/${bob}`, { roles: [] })
  t.equal((await admin('DELETE', 'roles/packer')).statusCode, 204)
  t.equal((await admin('DELETE', 'roles/packer')).statusCode, 404)
  const rows: [path: string, payload: object, status: number, code: string][] = [
    ['roles/packer', { grants: at('https://nobody.example', 'GET /x') }, 400, 'unknown-service'],
    ['roles/packer', { grants: at(ORDERS, 'FETCH') }, 400, 'grant-space'],
    ['roles/-x', { grants: [] }, 400, 'role-name'],
    ['roles/support', { grants: [] }, 409, 'role-shipped'],
  ]
  for (const [path, payload, status, code] of rows) {
    const answer = await admin('PUT', path, payload)
    t.strictSame([answer.statusCode, answer.json().code], [status, code], path)
  }
  t.equal((await admin('DELETE', 'roles/auditor')).json().code, 'role-shipped')
})

t.test('attack H3: rights at the issuer that come by roles, groups or a longer end', async (t) => {
  const soon = issuer.now() + 3600
  const helpdesk = await adminMachine(issuer, 'helpdesk', [
    'GET /admin/v1/*',
    '* /admin/v1/users/*',
    'POST /admin/v1/users',
    '* /admin/v1/groups/*',
    'POST /admin/v1/groups',
    'PUT /admin/v1/roles/:name',
    { grant: 'POST /admin/v1/ends', until: soon },
  ])
  const strong = (await admin('POST', 'groups', { name: 'Strong', roles: ['admin'] })).json().id
  const child = (await admin('POST', 'groups', { name: 'Below', parent: strong })).json().id
  const { sub: rich } = (await admin('POST', 'users', { username: 'rich', groups: [child] })).json()
  const { sub: poor } = (await admin('POST', 'users', { username: 'poor' })).json()
  await admin('PUT', 'roles/inspector', { grants: at(ISSUER, 'POST /introspect') })
  await admin('PATCH', `groups/${child}`, { roles: ['inspector'] })
  const password = { password: 'another-password' }
  type Row = [string, Parameters<typeof helpdesk>[0], string, object | undefined, number]
  const rows = [
    ['a role of administrators', 'PATCH', `users/${poor}`, { roles: ['admin'] }, 403],
    ['a role of support', 'PATCH', `users/${poor}`, { roles: ['support'] }, 403],
    ['a grant', 'PATCH', `users/${poor}`, { grants: at(ISSUER, '* /*') }, 403],
    [
      'a grant outside the admin API',
      'PATCH',
      `users/${poor}`,
      { grants: at(ISSUER, 'POST /introspect') },
      403,
    ],
    ['a group by the member', 'PATCH', `users/${poor}`, { groups: [strong] }, 403],
    ['a group by the group', 'PUT', `groups/${strong}/members/${poor}`, undefined, 403],
    ['a child of such a group', 'PUT', `groups/${child}/members/${poor}`, undefined, 403],
    ['a parent', 'POST', 'groups', { name: 'Mine', parent: strong }, 403],
    ['a role by a new group', 'POST', 'groups', { name: 'Mine', roles: ['admin'] }, 403],
    [
      'a stronger role',
      'PUT',
      'roles/inspector',
      { grants: at(ISSUER, 'POST /introspect', 'GET /x') },
      403,
    ],
    ['a weaker role that is stronger than oneself', 'PUT', 'roles/inspector', { grants: [] }, 403],
    ['a password of somebody by a group', 'PUT', `users/${rich}/password`, password, 403],
    ['a new name for them', 'PATCH', `users/${rich}`, { name: 'X' }, 403],
    [
      'a longer right than one has',
      'PATCH',
      `users/${poor}`,
      { grants: at(ISSUER, 'POST /admin/v1/ends') },
      403,
    ],
    [
      'the same right for longer',
      'PATCH',
      `users/${poor}`,
      { grants: [{ audience: ISSUER, grant: 'POST /admin/v1/ends', until: soon + 1 }] },
      403,
    ],
    [
      'the same right for as long',
      'PATCH',
      `users/${poor}`,
      { grants: [{ audience: ISSUER, grant: 'POST /admin/v1/ends', until: soon }] },
      200,
    ],
    [
      'what oneself has',
      'PATCH',
      `users/${poor}`,
      { grants: at(ISSUER, 'GET /admin/v1/users') },
      200,
    ],
    ['anything at another service', 'PATCH', `users/${poor}`, { grants: at(ORDERS, '* /*') }, 200],
    ['a role at another service', 'PUT', 'roles/clerk', { grants: at(ORDERS, '* /*') }, 201],
  ] as const
  for (const [name, method, path, payload, status] of rows as unknown as Row[]) {
    const answer = await helpdesk(method, path, payload)
    t.equal(answer.statusCode, status, name)
    if (status === 403) t.equal(answer.json().code, 'insufficient_scope', name)
  }
  t.strictSame(
    await directory.groups.findByName('Mine'),
    undefined,
    'what was refused left nothing',
  )
  t.test(
    'a token that is younger in rights than the directory grants nothing any more',
    async (t) => {
      const client = await directory.clients.find('helpdesk')
      await issuer.changeClient('helpdesk', { grants: client?.grants.slice(0, 0) ?? [] })
      const grants = at(ISSUER, 'GET /admin/v1/users')
      t.equal((await helpdesk('PATCH', `users/${poor}`, { grants })).statusCode, 403)
    },
  )
})

t.test('attack G10: nobody verifies their own address', async (t) => {
  await issuer.changeClient('orders', { services: [ORDERS, ISSUER] })
  const { sub } = (
    await admin('POST', 'users', { username: 'selfish', email: 's@example.com', roles: ['admin'] })
  ).json()
  await directory.users.setPassword(sub, 'selfish-selfish-selfish')
  const { redeem } = tokenRequests(issuer)
  const query = { resource: ISSUER }
  const code = (await issuer.browser().signIn('selfish', query)).get('code') ?? ''
  const authorization = `Bearer ${(await redeem(code, query)).json().access_token}`
  const patch = (body: object) => admin('PATCH', `users/${sub}`, body, { authorization })
  t.equal((await patch({ email_verified: true })).statusCode, 403)
  t.equal((await patch({ profile: { phone_number_verified: true } })).statusCode, 403)
  t.equal((await patch({ name: 'S' })).statusCode, 200)
  t.test(
    'but in a file, where others read it, and the audit log names who applied it',
    async (t) => {
      const users = [
        {
          ...{ username: 'selfish', name: 'S', roles: ['admin'] },
          ...{ email: 's@example.com', email_verified: true },
        },
      ]
      const body = { file: 'selfish.yaml', cluster: { users } }
      const own = { authorization }
      const { digest } = (await admin('POST', 'cluster/plan', body, own)).json()
      const applied = await admin('POST', 'cluster/apply', { ...body, digest }, own)
      t.equal(applied.statusCode, 200)
      t.match(await directory.users.find(sub), { emailVerified: true })
      const [whole] = await directory.audit.list({ limit: 1, action: 'cluster.apply' })
      t.match(whole, { actor: { sub }, target: 'file selfish.yaml' })
      const [change] = await directory.audit.list({ limit: 1, target: `user ${sub}` })
      const detail = { changed: ['emailVerified'], file: 'selfish.yaml' }
      t.match(change, { actor: { sub }, action: 'user.update', reason: 'declared', detail })
    },
  )
  const other = (await admin('POST', 'users', { username: 'other', email: 'o@example.com' })).json()
  const verified = { email_verified: true }
  t.equal((await admin('PATCH', `users/${other.sub}`, verified, { authorization })).statusCode, 200)
})

t.test(
  'what a cluster file owns is changed there only, but not kept from being stopped',
  async (t) => {
    const { sub } = (await admin('POST', 'users', { username: 'owned' })).json()
    const group = (await admin('POST', 'groups', { name: 'Owned' })).json().id
    await admin('PUT', 'roles/owned', { grants: [] })
    const file = { file: 'latchkey.yaml', retired: false, applied: true }
    await directory.owned.save({ kind: 'user', id: sub, name: 'owned', ...file })
    await directory.owned.save({ kind: 'group', id: group, name: 'Owned', ...file })
    await directory.owned.save({ kind: 'role', id: 'owned', name: 'owned', ...file })
    const refused: [Parameters<typeof admin>[0], string, object | undefined][] = [
      ['PATCH', `users/${sub}`, { name: 'x' }],
      ['DELETE', `users/${sub}`, undefined],
      ['PUT', `groups/${group}/members/${sub}`, undefined],
      ['PATCH', `groups/${group}`, { description: 'x' }],
      ['DELETE', `groups/${group}`, undefined],
      ['PUT', 'roles/owned', { grants: [] }],
      ['DELETE', 'roles/owned', undefined],
    ]
    for (const [method, path, payload] of refused) {
      const answer = await admin(method, path, payload)
      t.strictSame(
        [answer.statusCode, answer.json().code],
        [409, 'owned-by-file'],
        `${method} ${path}`,
      )
    }
    t.equal((await admin('GET', `users/${sub}`)).json().owned_by, 'latchkey.yaml')
    t.equal((await admin('POST', `users/${sub}/disable`)).statusCode, 204)
    t.equal((await directory.users.find(sub))?.disabled, true)
  },
)
