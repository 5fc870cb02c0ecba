/** SCIM 2.0 as Microsoft Entra and Okta speak it, by their public documentation; and what nobody may do by it. */
import t from 'tap'
import { ENTERPRISE, GROUP, patchOp, scimClient, scimWith, USER } from '../fixtures/scim-client.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from '../test-issuer.ts'

const issuer = await testIssuer({ attributes: [{ name: 'department', type: 'text' }] })
t.teardown(() => issuer.close())
const { directory, store } = issuer
const scim = await scimClient(issuer, 'provisioning')
const query = (filter: string, more = '') => `?filter=${encodeURIComponent(filter)}${more}`

async function endsOf(sub: string, change: () => Promise<unknown>): Promise<number> {
  const before = await store.log.head(0)
  await change()
  const { entries } = await store.log.read(0, before.position.offset, 100)
  return entries.filter(({ k, v }) => k === 'user' && v === sub).length
}

t.test('Microsoft Entra: a person comes, changes, leaves, and is deleted', async (t) => {
  const probe = await scim('GET', `Users${query('userName eq "e1d5c4a0-probe"')}`)
  t.match([probe.statusCode, probe.json()], [200, { totalResults: 0, Resources: [] }])
  const body = {
    schemas: [USER, ENTERPRISE],
    externalId: '0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef',
    userName: 'Mara@contoso.example',
    active: true,
    displayName: 'Mara Lind',
    emails: [{ primary: true, type: 'work', value: 'mara@contoso.example' }],
    meta: { resourceType: 'User' },
    name: { formatted: 'Mara Lind', familyName: 'Lind', givenName: 'Mara' },
    roles: [],
  }
  const created = await scim('POST', 'Users', body)
  t.equal(created.statusCode, 201)
  const { id } = created.json()
  t.match(
    (
      await scim('GET', `Users${query('externalId eq "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef"')}`)
    ).json().Resources,
    [{ id }],
  )
  t.match(
    (await scim('GET', `Users${query('userName eq "MARA@contoso.example"')}`)).json().Resources,
    [{ id }],
  )
  const changes = [
    { op: 'Replace', path: 'emails[type eq "work"].value', value: 'mara.lind@contoso.example' },
    { op: 'Add', path: 'name.familyName', value: 'Lindqvist' },
    { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Sales' },
    { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'someone' },
    { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+49 30 123456' },
    { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Berlin' },
  ]
  const changed = await scim(
    'PATCH',
    `Users/${id}`,
    patchOp(...changes, { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' }),
  )
  t.match(
    [changed.statusCode, changed.json().scimType],
    [400, 'mutability'],
    'roles are not theirs to give',
  )
  const good = await scim('PATCH', `Users/${id}`, patchOp(...changes))
  t.match(good.json(), {
    name: { familyName: 'Lindqvist', givenName: 'Mara' },
    emails: [{ value: 'mara.lind@contoso.example', type: 'work' }],
    phoneNumbers: [{ value: '+4930123456' }],
    addresses: [{ locality: 'Berlin' }],
    [ENTERPRISE]: { department: 'Sales' },
  })
  const group = await scim('POST', 'Groups', {
    schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
    externalId: '8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159',
    displayName: 'Sales',
    meta: { resourceType: 'Group' },
  })
  const groupId = group.json().id
  const lookUp = query('displayName eq "Sales"', '&excludedAttributes=members')
  t.match((await scim('GET', `Groups${lookUp}`)).json().Resources, [{ id: groupId }])
  const add = patchOp({ op: 'Add', path: 'members', value: [{ $ref: null, value: id }] })
  t.equal((await scim('PATCH', `Groups/${groupId}`, add)).statusCode, 204)
  const asked = query(`id eq "${groupId}" and members eq "${id}"`, '&attributes=id')
  t.strictSame((await scim('GET', `Groups${asked}`)).json().Resources, [
    { schemas: [GROUP], id: groupId },
  ])
  const remove = patchOp({ op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] })
  t.equal((await scim('PATCH', `Groups/${groupId}`, remove)).statusCode, 204)
  t.equal((await scim('GET', `Groups${asked}`)).json().totalResults, 0)
  const off = patchOp({ op: 'Replace', path: 'active', value: 'False' })
  t.equal(await endsOf(id, () => scim('PATCH', `Users/${id}`, off)), 1)
  t.equal((await scim('DELETE', `Users/${id}`)).statusCode, 204)
  t.equal((await scim('DELETE', `Users/${id}`)).statusCode, 404)
  t.equal((await scim('DELETE', `Groups/${groupId}`)).statusCode, 204)
})

t.test(
  'Okta: a person is imported, pushed, put into a group, deactivated and comes back',
  async (t) => {
    t.match((await scim('GET', 'Users?startIndex=1&count=2')).json(), {
      startIndex: 1,
      itemsPerPage: 2,
    })
    t.equal(
      (
        await scim(
          'GET',
          `Users${query('userName eq "noor@okta.example"', '&startIndex=1&count=100')}`,
        )
      ).json().totalResults,
      0,
    )
    const body = {
      schemas: [USER],
      userName: 'noor@okta.example',
      name: { givenName: 'Noor', familyName: 'Aziz' },
      emails: [
        { primary: true, value: 'noor@okta.example', type: 'work' },
        { value: 'noor@home.example', type: 'home' },
      ],
      displayName: 'Noor Aziz',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq-and-more',
      active: true,
    }
    const { id, ...told } = (await scim('POST', 'Users', body)).json()
    t.notOk('password' in told)
    const put = {
      ...told,
      id,
      name: { ...told.name, familyName: 'Aziz-Lee' },
      displayName: 'Noor Aziz-Lee',
    }
    t.match((await scim('PUT', `Users/${id}`, put)).json(), {
      displayName: 'Noor Aziz-Lee',
      name: { formatted: 'Noor Aziz-Lee' },
    })
    const group = (
      await scim('POST', 'Groups', { schemas: [GROUP], displayName: 'Pushed', members: [] })
    ).json().id
    const add = { op: 'add', path: 'members', value: [{ value: id, display: 'noor@okta.example' }] }
    t.equal((await scim('PATCH', `Groups/${group}`, patchOp(add))).statusCode, 204)
    const rename = { op: 'replace', value: { id: group, displayName: 'Pushed by Okta' } }
    t.equal((await scim('PATCH', `Groups/${group}`, patchOp(rename))).statusCode, 204)
    t.match((await scim('GET', `Groups/${group}`)).json(), {
      displayName: 'Pushed by Okta',
      members: [{ value: id }],
    })
    const off = patchOp({ op: 'replace', value: { active: false } })
    t.equal(await endsOf(id, () => scim('PATCH', `Users/${id}`, off)), 1)
    t.equal((await directory.users.find(id))?.disabled, true)
    const again = await scim('PUT', `Users/${id}`, { ...put, active: true })
    t.match(again.json(), { active: true, groups: [{ value: group }] }, 'and is still in the group')
    const secret = patchOp({ op: 'replace', value: { password: 'another-one-2026' } })
    t.equal(await endsOf(id, () => scim('PATCH', `Users/${id}`, secret)), 1)
  },
)

t.test('of 50 who create one name at once, in any case, one does', async (t) => {
  const names = ['Race', 'RACE', 'race', 'rAce', 'ｒａｃｅ']
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      scim('POST', 'Users', { schemas: [USER], userName: names[index % 5] }),
    ),
  )
  const statuses = answers.map(({ statusCode }) => statusCode).sort()
  t.strictSame(statuses, [201, ...Array(49).fill(409)])
  const types = new Set(answers.map((answer) => answer.json().scimType))
  t.strictSame(types, new Set([undefined, 'uniqueness']))
})

t.test('attack H5: nobody comes in without the grant', async (t) => {
  const reader = await scimClient(issuer, 'reading', ['GET /scim/v2/*'])
  const stranger = await scimClient(issuer, 'stranger', ['* /admin/v1/*'])
  const orders = await issuer.post(
    '/token',
    { grant_type: 'client_credentials', resource: ORDERS },
    'reports',
  )
  const foreign = scimWith(issuer, orders.json().access_token)
  const body = { schemas: [USER], userName: 'unwanted' }
  const rows: [string, ReturnType<typeof scim>, number][] = [
    ['a reader reads', reader('GET', 'Users'), 200],
    ['and writes nothing', reader('POST', 'Users', body), 403],
    ['nor deletes', reader('DELETE', `Users/${await issuer.sub('bob')}`), 403],
    ['the admin API is another right', stranger('GET', 'Users'), 403],
    ['a token for a service', foreign('GET', 'Users'), 401],
    ['no token', scimWith(issuer, '')('GET', 'Users'), 400],
    ['discovery is closed as well', stranger('GET', 'Schemas'), 403],
  ]
  for (const [name, call, status] of rows) {
    const answer = await call
    t.equal(answer.statusCode, status, name)
    if (status > 200) t.match(answer.json().schemas, [/Error$/])
  }
  const bare = await issuer.app.inject({ url: '/scim/v2/Users' })
  t.equal(bare.statusCode, 401)
  t.match(bare.headers['www-authenticate'], /^Bearer realm="latchkey scim".*, Basic realm=/)
})

t.test(
  'a client that cannot ask for tokens sends its id and secret, and may do the same',
  async (t) => {
    const call = async (id: string, secret: string, headers: Record<string, string> = {}) => {
      const authorization = `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
      const url = '/scim/v2/Users?count=0'
      return await issuer.app.inject({ url, headers: { authorization, ...headers } })
    }
    t.equal((await call('provisioning', SECRET)).statusCode, 200)
    const wrong = await call('provisioning', `${SECRET}x`)
    t.match([wrong.statusCode, wrong.headers['www-authenticate']], [401, /^Basic realm=/])
    t.equal((await call('nobody', SECRET)).statusCode, 401)
    t.equal((await call('operator', SECRET)).statusCode, 403, 'a client without the grant')
    await issuer.changeClient('provisioning', { requireDpop: true })
    t.equal(
      (await call('provisioning', SECRET)).statusCode,
      400,
      'one whose tokens are bound to a key',
    )
    await issuer.changeClient('provisioning', { requireDpop: false })
    await directory.clients.setDisabled('provisioning', true)
    t.equal((await call('provisioning', SECRET)).statusCode, 401, 'a disabled one')
    await directory.clients.setDisabled('provisioning', false)
  },
)

t.test(
  'attack H5: whoever has more rights at the issuer is out of reach, however they got them',
  async (t) => {
    const admins = await directory.groups.create({ name: 'Operators', roles: ['admin'] })
    const people: [string, object][] = [
      ['by a role', { roles: ['admin'] }],
      ['by a grant', { grants: [{ audience: ISSUER, grant: 'GET /admin/v1/users' }] }],
      ['by a group', { groups: [admins.id] }],
    ]
    for (const [name, rights] of people) {
      const { sub } = await directory.users.create({ username: `operator ${name}`, ...rights })
      const calls = [
        scim('PATCH', `Users/${sub}`, patchOp({ op: 'replace', path: 'active', value: false })),
        scim(
          'PATCH',
          `Users/${sub}`,
          patchOp({ op: 'replace', path: 'password', value: 'taken-over-by-scim' }),
        ),
        scim(
          'PATCH',
          `Users/${sub}`,
          patchOp({ op: 'replace', path: 'emails', value: [{ value: 'evil@example.com' }] }),
        ),
        scim('PUT', `Users/${sub}`, { schemas: [USER], userName: 'renamed' }),
        scim('DELETE', `Users/${sub}`),
      ]
      for (const call of calls)
        t.match((await call).json(), { status: '403', detail: /in other hands/ }, name)
      t.match(await directory.users.find(sub), { disabled: false, username: `operator ${name}` })
      t.equal(
        await endsOf(sub, () =>
          scim('PATCH', `Users/${sub}`, patchOp({ op: 'replace', path: 'active', value: false })),
        ),
        0,
      )
    }
    const away = await directory.users.create({ username: 'operator away', roles: ['admin'] })
    await directory.users.setDisabled(away.sub, true)
    const off = patchOp({ op: 'replace', path: 'active', value: false })
    t.equal((await scim('PATCH', `Users/${away.sub}`, off)).statusCode, 403, 'also while disabled')
    const bob = await issuer.sub('bob')
    const member = { op: 'add', path: 'members', value: [{ value: bob }] }
    t.equal((await scim('PATCH', `Groups/${admins.id}`, patchOp(member))).statusCode, 403)
    t.equal(
      (await scim('PATCH', `Groups/${admins.id}`, patchOp({ op: 'remove', path: 'members' })))
        .statusCode,
      403,
    )
    t.equal((await scim('DELETE', `Groups/${admins.id}`)).statusCode, 403)
    t.equal((await directory.groups.members(admins.id, { limit: 9 })).length, 1)
    const child = await directory.groups.create({ name: 'Night shift', parent: admins.id })
    t.equal(
      (await scim('PATCH', `Groups/${child.id}`, patchOp(member))).statusCode,
      403,
      'what the parent gives counts',
    )
  },
)

t.test('attack H5: privileged members are ignored, and the last administrator stays', async (t) => {
  const privileged = {
    ...{ roles: [{ value: 'admin' }], groups: [{ value: 'g_1' }], id: 'u_me', sub: 'u_me' },
    ...{ grants: ['* /*'], emailVerified: true, email_verified: true, mustChangePassword: false },
    ...{ attributes: { department: 'x' }, meta: { created: '1970-01-01T00:00:00Z' } },
    __typename: 'admin',
    entitlements: [{ value: 'admin' }],
  }
  const body = { schemas: [USER], userName: 'climber', ...privileged }
  const { id } = (await scim('POST', 'Users', body)).json()
  t.match(id, /^u_[0-9A-Z]{26}$/)
  await scim('PUT', `Users/${id}`, { ...body, displayName: 'C' })
  t.match(await directory.users.find(id), {
    roles: [],
    groups: [],
    grants: [],
    emailVerified: false,
    attributes: {},
  })
  const all = await scimClient(issuer, 'everything', ['* /*'])
  const holders = await directory.users.list({ limit: 50, role: 'admin' })
  for (const { sub } of holders)
    await all('PATCH', `Users/${sub}`, patchOp({ op: 'replace', path: 'active', value: false }))
  const operators = await directory.users.list({ limit: 9, search: 'operator by a group' })
  const last = operators[0]?.sub ?? ''
  const refused = await all(
    'PATCH',
    `Users/${last}`,
    patchOp({ op: 'replace', path: 'active', value: false }),
  )
  t.match(refused.json(), { status: '409', detail: /last-admin/ })
  t.match((await all('DELETE', `Users/${last}`)).json(), { status: '409', detail: /last-admin/ })
  t.equal((await directory.users.find(last))?.disabled, false)
})

t.test('what a cluster file owns is changed there, but anybody may be put out', async (t) => {
  const { sub } = await directory.users.create({ username: 'declared' })
  const { id } = await directory.groups.create({ name: 'Declared' })
  const owner = { file: 'latchkey.yaml', applied: true, retired: false }
  await directory.owned.save({ kind: 'user', id: sub, name: 'declared', ...owner })
  await directory.owned.save({ kind: 'group', id, name: 'Declared', ...owner })
  const isOwned = { status: '409', scimType: 'mutability', detail: /owned-by-file/ }
  const set = (path: string, value: unknown) => patchOp({ op: 'replace', path, value })
  const member = [{ value: sub }]
  t.match((await scim('PATCH', `Users/${sub}`, set('nickName', 'x'))).json(), isOwned)
  t.match((await scim('DELETE', `Users/${sub}`)).json(), isOwned)
  t.match((await scim('PATCH', `Groups/${id}`, set('displayName', 'x'))).json(), isOwned)
  t.match((await scim('PATCH', `Groups/${id}`, set('members', member))).json(), isOwned)
  t.match((await scim('DELETE', `Groups/${id}`)).json(), isOwned)
  t.equal((await scim('PATCH', `Users/${sub}`, set('active', false))).statusCode, 200)
  t.equal((await directory.users.find(sub))?.disabled, true)
})
