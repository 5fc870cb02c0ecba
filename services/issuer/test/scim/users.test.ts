/** People by SCIM 2.0: RFC 7643 section 4.1, RFC 7644 section 3. */
import t from 'tap'
import { adminMachine } from '../fixtures/admin-machine.ts'
import { ENTERPRISE, GROUP, patchOp, scimClient, USER } from '../fixtures/scim-client.ts'
import { ISSUER, ORDERS, testIssuer } from '../test-issuer.ts'

const ATTRIBUTES = [
  { name: 'department', type: 'text' },
  { name: 'manager', type: 'text' },
  { name: 'title', type: 'text' },
  { name: 'floor', type: 'number' },
] as const
const issuer = await testIssuer({ attributes: ATTRIBUTES })
t.teardown(() => issuer.close())
const { directory, store } = issuer
const scim = await scimClient(issuer, 'entra')

const user = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more })

async function created(body: object): Promise<string> {
  const answer = await scim('POST', 'Users', body)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json().id
}

/** Entries of the log since, as `kind value`. */
async function entriesSince(change: () => Promise<unknown>): Promise<string[]> {
  const before = await store.log.head(0)
  await change()
  const { entries } = await store.log.read(0, before.position.offset, 1000)
  return entries.map(({ k, v }) => `${k} ${v}`)
}

t.test('RFC 7644 section 3.3: a person is created, told and found', async (t) => {
  const body = user('Grace.Hopper', {
    externalId: 'hr-1',
    name: { givenName: 'Grace', familyName: 'Hopper', middleName: 'B' },
    displayName: 'Grace H.',
    nickName: 'Amazing',
    emails: [
      { value: 'home@example.com', type: 'home' },
      { value: 'grace@example.com', type: 'work', primary: true },
    ],
    phoneNumbers: [{ value: 'tel:+1 (201) 555-0123', type: 'work' }],
    photos: [{ value: 'https://p.example/g.png', type: 'photo' }],
    addresses: [
      { streetAddress: '1 Navy Way', locality: 'Arlington', country: 'US', type: 'work' },
    ],
    locale: 'en_US',
    timezone: 'America/New_York',
    title: 'Admiral',
    userType: 'nobody keeps this',
    password: 'correct-horse-battery',
    [ENTERPRISE]: { department: 'Navy', costCenter: 'nobody keeps this', manager: { value: '26' } },
  })
  const answer = await scim('POST', 'Users', body)
  t.equal(answer.statusCode, 201)
  t.match(answer.headers['content-type'], /^application\/scim\+json/)
  t.equal(answer.headers['cache-control'], 'no-store')
  const { id, meta, ...told } = answer.json()
  const location = `${ISSUER}/scim/v2/Users/${id}`
  t.equal(answer.headers.location, location)
  t.match(answer.headers.etag, /^W\/"/)
  const at = new Date(issuer.now() * 1000).toISOString()
  const times = { created: at, lastModified: at }
  t.strictSame(meta, { resourceType: 'User', ...times, location, version: answer.headers.etag })
  t.strictSame(told, {
    schemas: [USER, ENTERPRISE],
    externalId: 'hr-1',
    userName: 'Grace.Hopper',
    name: { formatted: 'Grace H.', givenName: 'Grace', familyName: 'Hopper', middleName: 'B' },
    displayName: 'Grace H.',
    nickName: 'Amazing',
    preferredLanguage: 'en-US',
    locale: 'en-US',
    timezone: 'America/New_York',
    active: true,
    emails: [{ value: 'grace@example.com', type: 'work', primary: true }],
    phoneNumbers: [{ value: '+12015550123', type: 'work', primary: true }],
    photos: [{ value: 'https://p.example/g.png', type: 'photo', primary: true }],
    addresses: [
      {
        streetAddress: '1 Navy Way',
        locality: 'Arlington',
        country: 'US',
        type: 'work',
        primary: true,
      },
    ],
    title: 'Admiral',
    [ENTERPRISE]: { department: 'Navy', manager: { value: '26' } },
  })
  const kept = await directory.users.find(id)
  t.match(kept, { emailVerified: false, attributes: { department: 'Navy', title: 'Admiral' } })
  t.match(await directory.users.checkPassword('grace.hopper', 'correct-horse-battery'), {
    kind: /^ok$/,
  })
  t.equal((await scim('GET', `Users/${id}`)).body, answer.body)
  t.test('and a PUT of what was told changes nothing, and writes nothing', async (t) => {
    const before = await directory.audit.list({ limit: 1 })
    const put = await scim('PUT', `Users/${id}`, answer.json())
    t.strictSame([put.statusCode, put.body], [200, answer.body])
    t.strictSame(await directory.audit.list({ limit: 1 }), before)
  })
  t.test('a PUT takes away what it does not name, and what SCIM does not know stays', async (t) => {
    const profile = { ...kept?.profile, birthdate: '1906-12-09' }
    await directory.users.update(id, { profile, attributes: { floor: 3, title: 'x' } })
    t.equal((await scim('PUT', `Users/${id}`, user('grace.hopper'))).statusCode, 200)
    const after = await directory.users.find(id)
    t.match(after, { username: 'grace.hopper', name: 'grace.hopper', disabled: false })
    t.strictSame(after?.profile, { birthdate: '1906-12-09' })
    t.strictSame(after?.attributes, { floor: 3 })
    t.notOk(after?.email ?? after?.locale)
    t.notOk('externalId' in (await scim('GET', `Users/${id}`)).json())
  })
})

t.test('RFC 7643 section 3.1: external ids are of the client that gives them', async (t) => {
  const okta = await scimClient(issuer, 'okta')
  const [mine, theirs] = [user('mine', { externalId: '7' }), user('theirs', { externalId: '7' })]
  const id = await created(mine)
  const made = await okta('POST', 'Users', theirs)
  t.equal(made.statusCode, 201, 'the same id at another client is another id')
  const other: string = made.json().id
  const group = { schemas: [GROUP], displayName: 'Night shift', externalId: '7' }
  const { id: shift } = (await scim('POST', 'Groups', group)).json()
  const found = async (call: typeof scim, path: string) =>
    (await call('GET', `${path}?filter=${encodeURIComponent('externalId eq "7"')}`))
      .json()
      .Resources.map((one: { id: string }) => one.id)
  t.strictSame([await found(scim, 'Users'), await found(okta, 'Users')], [[id], [other]])
  t.strictSame([await found(scim, 'Groups'), await found(okta, 'Groups')], [[shift], []])

  const seen = async (call: typeof scim, path: string) =>
    (await call('GET', path)).json().externalId
  await directory.users.update(id, { externalId: 'payroll-1' })
  issuer.advance(1)
  const own = patchOp({ op: 'add', path: 'externalId', value: '00u1' })
  const patched = await okta('PATCH', `Users/${id}`, own)
  t.equal(patched.json().meta.lastModified, new Date(issuer.now() * 1000).toISOString())
  t.equal((await okta('PATCH', `Groups/${shift}`, own)).statusCode, 204)
  for (const path of [`Users/${id}`, `Groups/${shift}`]) {
    t.strictSame([await seen(scim, path), await seen(okta, path)], ['7', '00u1'], path)
  }
  t.match(await directory.users.find(id), { externalId: 'payroll-1' }, 'nor the operator’s')
  const gone = patchOp({ op: 'remove', path: 'externalId' })
  t.equal((await okta('PATCH', `Users/${id}`, gone)).statusCode, 200)
  t.strictSame([await seen(scim, `Users/${id}`), await seen(okta, `Users/${id}`)], ['7', undefined])
  const clash = await okta('PUT', `Users/${id}`, mine)
  t.match([clash.statusCode, clash.json().scimType], [409, 'uniqueness'], 'which it has given')
})

t.test('PATCH: RFC 7644 section 3.5.2', async (t) => {
  const id = await created(
    user('patched', { name: { givenName: 'P', familyName: 'T' }, displayName: 'P T' }),
  )
  const work = 'emails[type eq "work"]'
  const rows: [string, object[], object][] = [
    ['add makes', [{ op: 'add', path: 'nickName', value: 'N' }], { nickName: 'N' }],
    ['names in any case', [{ op: 'Replace', path: 'NICKNAME', value: 'M' }], { nickName: 'M' }],
    ['with the URN', [{ op: 'replace', path: `${USER}:nickName`, value: 'O' }], { nickName: 'O' }],
    [
      'a part',
      [{ op: 'replace', path: 'name.familyName', value: 'U' }],
      { name: { givenName: 'P', familyName: 'U' } },
    ],
    [
      'parts that are not named stay',
      [{ op: 'replace', path: 'name', value: { givenName: 'Q' } }],
      { name: { givenName: 'Q', familyName: 'U' } },
    ],
    [
      'displayName by name.formatted',
      [{ op: 'replace', path: 'name.formatted', value: 'Q U' }],
      { displayName: 'Q U' },
    ],
    [
      'a value that is not there is made',
      [{ op: 'add', path: `${work}.value`, value: 'p@w.example' }],
      { emails: [{ value: 'p@w.example' }] },
    ],
    [
      'a value is changed',
      [{ op: 'replace', path: `${work}.value`, value: 'q@w.example' }],
      { emails: [{ value: 'q@w.example' }] },
    ],
    [
      'the new primary one counts',
      [{ op: 'add', path: 'emails', value: [{ value: 'r@w.example', primary: true }] }],
      { emails: [{ value: 'r@w.example' }] },
    ],
    [
      'all are replaced',
      [{ op: 'replace', path: 'emails', value: [{ value: 's@w.example' }] }],
      { emails: [{ value: 's@w.example' }] },
    ],
    ['values go', [{ op: 'remove', path: work }], { emails: undefined }],
    [
      'without a path',
      [{ op: 'replace', value: { nickName: 'R', name: { givenName: 'S' }, active: 'True' } }],
      { nickName: 'R', name: { givenName: 'S' }, active: true },
    ],
    [
      'paths as names',
      [
        {
          op: 'add',
          value: {
            'name.middleName': 'M',
            [`${work}.value`]: 't@w.example',
            [`${ENTERPRISE}:department`]: 'D',
          },
        },
      ],
      {
        name: { middleName: 'M' },
        emails: [{ value: 't@w.example' }],
        [ENTERPRISE]: { department: 'D' },
      },
    ],
    [
      'the manager as a text',
      [{ op: 'add', path: `${ENTERPRISE}:manager`, value: '26' }],
      { [ENTERPRISE]: { manager: { value: '26' }, department: 'D' } },
    ],
    [
      'a part of the extension goes',
      [{ op: 'remove', path: `${ENTERPRISE}:manager` }],
      { [ENTERPRISE]: { manager: undefined, department: 'D' } },
    ],
    [
      'the extension at once',
      [{ op: 'replace', path: ENTERPRISE, value: { department: 'E' } }],
      { [ENTERPRISE]: { department: 'E' } },
    ],
    ['all of the extension', [{ op: 'remove', path: ENTERPRISE }], { [ENTERPRISE]: undefined }],
    [
      'what is not kept is no error',
      [
        { op: 'add', path: 'entitlements', value: [{ value: 'x' }] },
        { op: 'add', path: `${ENTERPRISE}:division`, value: 'x' },
      ],
      {},
    ],
    [
      'in their order',
      [
        { op: 'add', path: 'nickName', value: '1' },
        { op: 'remove', path: 'nickName' },
        { op: 'add', path: 'nickName', value: '2' },
      ],
      { nickName: '2' },
    ],
    [
      'an empty text is nothing',
      [{ op: 'replace', path: 'nickName', value: '' }],
      { nickName: undefined },
    ],
    ['twice the same', [{ op: 'remove', path: 'nickName' }], { nickName: undefined }],
  ]
  for (const [name, operations, expected] of rows) {
    const answer = await scim('PATCH', `Users/${id}`, patchOp(...operations))
    t.equal(answer.statusCode, 200, name)
    t.match(answer.json(), expected, name)
  }
  const bad = patchOp(
    { op: 'add', path: 'nickName', value: 'half' },
    { op: 'add', path: 'shoes', value: 1 },
  )
  t.equal((await scim('PATCH', `Users/${id}`, bad)).statusCode, 400)
  t.notOk((await scim('GET', `Users/${id}`)).json().nickName, 'all operations, or none')
})

t.test(
  'active: false ends the sessions before the answer, and so do a password and DELETE',
  async (t) => {
    const away = await created(user('not yet', { active: false }))
    t.equal((await directory.users.find(away))?.disabled, true, 'one who comes in later')
    await issuer.addPerson('leaver')
    const sub = await issuer.sub('leaver')
    await issuer.browser().signIn('leaver')
    const off = patchOp({ op: 'Replace', path: 'active', value: 'False' })
    const on = patchOp({ op: 'replace', value: { active: true } })
    const password = patchOp({ op: 'replace', path: 'password', value: 'another-long-password' })
    const patch = (body: object) => entriesSince(() => scim('PATCH', `Users/${sub}`, body))
    t.strictSame(await patch(patchOp({ op: 'add', path: 'nickName', value: 'L' })), [])
    t.strictSame(await patch(password), [`user ${sub}`])
    t.match(await directory.users.checkPassword('leaver', 'another-long-password'), {
      kind: /^ok$/,
    })
    t.strictSame(await patch(off), [`user ${sub}`])
    t.equal((await directory.users.find(sub))?.disabled, true)
    t.strictSame((await store.sessions.listByUser(sub, 10, issuer.now())).length, 0)
    t.strictSame(await patch(off), [`user ${sub}`], 'again: the first answer may have been lost')
    t.strictSame(await patch(on), [])
    t.equal((await scim('GET', `Users/${sub}`)).json().active, true)
    t.strictSame(
      await entriesSince(() => scim('PUT', `Users/${sub}`, user('leaver', { active: false }))),
      [`user ${sub}`],
    )
    const records = await directory.audit.list({ limit: 20, target: `user ${sub}` })
    const update = records.find(({ action, detail }) => action === 'user.update' && detail['after'])
    t.match(update, {
      actor: { sub: 'svc:entra', clientId: 'entra', address: '127.0.0.1', requestId: /./ },
      detail: { by: 'scim', after: { disabled: true } },
    })
    t.strictSame(await entriesSince(() => scim('DELETE', `Users/${sub}`)), [`user ${sub}`])
    t.equal(await directory.users.find(sub), undefined)
    t.equal((await scim('GET', `Users/${sub}`)).statusCode, 404)
    t.notMatch(JSON.stringify(records), 'another-long-password')
  },
)

t.test('what the admin API maps to a group reaches its members', async (t) => {
  const admin = await adminMachine(issuer, 'mapping', ['* /admin/v1/*'])
  const bob = await issuer.sub('bob')
  const { id } = (
    await scim('POST', 'Groups', {
      schemas: [GROUP],
      displayName: 'Readers',
      members: [{ value: bob }],
    })
  ).json()
  t.strictSame((await directory.users.rightsAt(bob, ORDERS)).routes, [])
  t.equal((await admin('PATCH', `groups/${id}`, { roles: ['reader'] })).statusCode, 200)
  t.ok((await directory.users.rightsAt(bob, ORDERS)).routes.includes('GET /orders'))
  await scim('PATCH', `Groups/${id}`, patchOp({ op: 'remove', path: `members[value eq "${bob}"]` }))
  t.strictSame((await directory.users.rightsAt(bob, ORDERS)).routes, [])
})

t.test('a number stays verified while it is the same', async (t) => {
  const number = { phone_number: '+4930123456', phone_number_verified: true }
  const { sub } = await directory.users.create({ username: 'caller', profile: number })
  const patch = (path: string, value: unknown) =>
    scim('PATCH', `Users/${sub}`, patchOp({ op: 'replace', path, value }))
  await patch('nickName', 'C')
  t.strictSame((await directory.users.find(sub))?.profile, { nickname: 'C', ...number })
  await patch('phoneNumbers', [{ value: '+49 30 654321' }])
  t.strictSame((await directory.users.find(sub))?.profile, {
    nickname: 'C',
    phone_number: '+4930654321',
  })
})
