/** How SCIM refuses: RFC 7644 sections 3.12 and 3.14. */
import t from 'tap'
import { GROUP, patchOp, scimClient, USER } from '../fixtures/scim-client.ts'
import { testIssuer } from '../test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory } = issuer
const scim = await scimClient(issuer, 'entra')

const user = (userName: string, more: object = {}) => ({ schemas: [USER], userName, ...more })
const group = (displayName: string, more: object = {}) => ({
  schemas: [GROUP],
  displayName,
  ...more,
})

async function created(path: 'Users' | 'Groups', body: object): Promise<string> {
  return (await scim('POST', path, body)).json().id
}

t.test('errors: RFC 7644 section 3.12', async (t) => {
  const id = await created('Users', user('errors', { externalId: 'taken' }))
  const other = await created('Users', user('errors-2'))
  await created('Users', user('paypal'))
  const group1 = await created('Groups', group('Errors'))
  const rows: [string, ReturnType<typeof scim>, number, string | undefined][] = [
    ['no person', scim('GET', 'Users/u_none'), 404, undefined],
    [
      'no group',
      scim('PATCH', 'Groups/g_none', patchOp({ op: 'remove', path: 'externalId' })),
      404,
      undefined,
    ],
    ['gone already', scim('DELETE', 'Users/u_none'), 404, undefined],
    ['name in another case', scim('POST', 'Users', user('ERRORS')), 409, 'uniqueness'],
    ['name that looks the same', scim('POST', 'Users', user('paypa1')), 409, 'uniqueness'],
    [
      'taken external id',
      scim('PUT', `Users/${other}`, user('errors-2', { externalId: 'taken' })),
      409,
      'uniqueness',
    ],
    [
      'taken by PATCH',
      scim(
        'PATCH',
        `Users/${other}`,
        patchOp({ op: 'replace', path: 'userName', value: 'Errors' }),
      ),
      409,
      'uniqueness',
    ],
    ['taken group name', scim('POST', 'Groups', group('eRRORS')), 409, 'uniqueness'],
    ['no user name', scim('POST', 'Users', { schemas: [USER] }), 400, 'invalidValue'],
    ['no group name', scim('PUT', `Groups/${group1}`, { schemas: [GROUP] }), 400, 'invalidValue'],
    [
      'bad address',
      scim('POST', 'Users', user('x', { emails: [{ value: 'nowhere' }] })),
      400,
      'invalidValue',
    ],
    ['bad type', scim('POST', 'Users', user('x', { name: 7 })), 400, 'invalidValue'],
    ['bad boolean', scim('POST', 'Users', user('x', { active: 'perhaps' })), 400, 'invalidValue'],
    [
      'short password',
      scim('POST', 'Users', user('x', { password: 'short' })),
      400,
      'invalidValue',
    ],
    ['two spellings', scim('POST', 'Users', user('x', { username: 'y' })), 400, 'invalidSyntax'],
    [
      'unknown member',
      scim('POST', 'Groups', group('x', { members: [{ value: 'u_none' }] })),
      400,
      'invalidValue',
    ],
    [
      'group as member',
      scim('POST', 'Groups', group('x', { members: [{ value: group1 }] })),
      400,
      'invalidValue',
    ],
    ['no filter', scim('GET', 'Users?filter=userName%20is%20%22x%22'), 400, 'invalidFilter'],
    ['no index', scim('GET', 'Users?filter=not%20(userName%20eq%20%22x%22)'), 400, 'invalidFilter'],
    ['twice', scim('GET', 'Users?filter=id%20pr&filter=id%20pr'), 400, 'invalidFilter'],
    ['no number', scim('GET', 'Users?count=many'), 400, 'invalidValue'],
    ['sorted', scim('GET', 'Users?sortBy=userName'), 400, 'invalidValue'],
    ['no search', scim('POST', 'Users/.search', { filter: 'id eq "x"' }), 400, 'invalidSyntax'],
    ['no patch', scim('PATCH', `Users/${id}`, { Operations: [] }), 400, 'invalidSyntax'],
    [
      'unknown op',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'move', path: 'x' })),
      400,
      'invalidSyntax',
    ],
    [
      'no value',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'add', path: 'nickName' })),
      400,
      'invalidSyntax',
    ],
    ['no path', scim('PATCH', `Users/${id}`, patchOp({ op: 'remove' })), 400, 'noTarget'],
    [
      'bad path',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'remove', path: 'emails[' })),
      400,
      'invalidPath',
    ],
    [
      'unknown path',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'add', path: 'shoes', value: 1 })),
      400,
      'invalidPath',
    ],
    [
      'no target',
      scim(
        'PATCH',
        `Users/${id}`,
        patchOp({ op: 'replace', path: 'emails[value co "x"].value', value: 'a@b' }),
      ),
      400,
      'noTarget',
    ],
    [
      'name away',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'remove', path: 'userName' })),
      400,
      'invalidValue',
    ],
    [
      'read-only',
      scim('PATCH', `Users/${id}`, patchOp({ op: 'replace', path: 'id', value: 'x' })),
      400,
      'invalidPath',
    ],
    ['bulk', scim('POST', 'Bulk', {}), 501, undefined],
    ['filtered schemas', scim('GET', 'Schemas?filter=id%20pr'), 403, undefined],
  ]
  for (const [name, call, status, scimType] of rows) {
    const answer = await call
    const body = answer.json()
    t.strictSame(
      [answer.statusCode, body.status, body.scimType],
      [status, String(status), scimType],
      `${name}: ${body.detail}`,
    )
    t.strictSame(body.schemas, ['urn:ietf:params:scim:api:messages:2.0:Error'])
    t.match(answer.headers['content-type'], /^application\/scim\+json/)
  }
  const broken = await issuer.app.inject({
    ...{ method: 'POST', url: '/scim/v2/Users', payload: '{"userName":"a","userName":"b"}' },
    headers: {
      authorization: String((await scim('GET', 'Users')).raw.req.headers.authorization),
      'content-type': 'application/json',
    },
  })
  t.match(broken.json(), { status: '400', scimType: 'invalidSyntax' })
  t.equal(await directory.users.findByUsername('x'), undefined, 'and nothing has happened')
})

t.test('attack H13: a PATCH whose operations would hold up everybody is tooMany', async (t) => {
  const { sub } = await directory.users.create({ username: 'patient' })
  const { id } = await directory.groups.create({ name: 'Patients' })
  await directory.groups.addMembers(id, [sub])
  const times = (count: number, make: (n: number) => object) =>
    patchOp(...Array.from({ length: count }, (_, n) => make(n)))
  const emails = (count: number) => {
    const value = Array.from({ length: count }, (_, n) => ({ value: `p${n}@example.com` }))
    return patchOp({ op: 'add', path: 'emails', value })
  }
  const removal = (n: number) => ({ op: 'remove', path: `members[display eq "nobody ${n}"]` })
  const named = (n: number) => ({ op: 'remove', path: `members[value eq "u_${n}"]` })
  const emptied = () => ({ op: 'replace', path: 'members', value: [{ value: sub }] })
  const rows: [string, string, object, boolean][] = [
    ['as many addresses as may be', `Users/${sub}`, emails(64), true],
    ['one more', `Users/${sub}`, emails(65), false],
    ['ten looks at all members', `Groups/${id}`, times(10, removal), true],
    ['one more', `Groups/${id}`, times(11, removal), false],
    ['as often all others', `Groups/${id}`, times(11, emptied), false],
    ['members by their ids', `Groups/${id}`, times(500, named), true],
  ]
  for (const [rule, path, patch, isGood] of rows) {
    const answer = await scim('PATCH', path, patch)
    if (isGood) t.ok(answer.statusCode < 300, rule)
    else t.match(answer.json(), { status: '400', scimType: 'tooMany' }, rule)
  }
})

t.test(
  'RFC 7644 section 3.14: a change is made to the version that the client has seen',
  async (t) => {
    const { id } = await directory.groups.create({ name: 'Versions' })
    const { sub } = await directory.users.create({ username: 'versions' })
    for (const path of [`Users/${sub}`, `Groups/${id}`]) {
      const etag = String((await scim('GET', path)).headers.etag)
      const change = (match: string, externalId: string) =>
        scim('PATCH', path, patchOp({ op: 'add', path: 'externalId', value: externalId }), {
          'if-match': match,
        })
      t.equal((await scim('GET', path, undefined, { 'if-none-match': etag })).statusCode, 304)
      t.ok((await change(etag, `${path} 1`)).statusCode < 300)
      const late = await change(etag, `${path} 2`)
      t.strictSame([late.statusCode, late.json().status], [412, '412'])
      t.equal((await scim('DELETE', path, undefined, { 'if-match': etag })).statusCode, 412)
      t.equal((await scim('GET', path, undefined, { 'if-none-match': etag })).statusCode, 200)
      t.ok((await change('*', `${path} 3`)).statusCode < 300)
      const now = String((await scim('GET', path)).headers.etag)
      t.equal(
        (await scim('DELETE', path, undefined, { 'if-match': now.replace('W/', '') })).statusCode,
        204,
      )
    }
  },
)

t.test('what cannot be told whole, or takes long to count, is tooMany', async (t) => {
  let isFull = false
  const someone = { sub: 'u_1', username: 'someone', name: '' }
  const crowded = await testIssuer({
    around: (inner) => ({
      ...inner,
      users: {
        ...inner.users,
        count: (query) => (isFull ? Promise.resolve(query.most) : inner.users.count(query)),
      },
      groups: {
        ...inner.groups,
        members: (id, page) =>
          isFull
            ? Promise.resolve(Array(page.limit).fill(someone))
            : inner.groups.members(id, page),
      },
    }),
  })
  t.teardown(() => crowded.close())
  const call = await scimClient(crowded, 'crowd')
  const { id } = (await call('POST', 'Groups', group('Crowd'))).json()
  const whole = ['Users?filter=userName%20sw%20%22a%22', `Groups/${id}`, 'Groups']
  for (const path of whole) {
    isFull = false
    t.equal((await call('GET', path)).statusCode, 200, path)
    isFull = true
    t.match((await call('GET', path)).json(), { status: '400', scimType: 'tooMany' }, path)
  }
  t.equal((await call('GET', `Groups/${id}?excludedAttributes=members`)).statusCode, 200)
})
