import t from 'tap'
import { adminMachine } from './fixtures/admin-machine.ts'
import { ISSUER, ORDERS, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory, store } = issuer
const admin = await adminMachine(issuer, 'all', ['* /admin/v1/*'])
const other = await adminMachine(issuer, 'other', ['* /admin/v1/*'])

t.test('RFC 9457: a refusal says what, where and about which request', async (t) => {
  const answer = await admin('POST', 'users', { username: 'ada' })
  t.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8')
  t.equal(answer.headers['cache-control'], 'no-store')
  t.match(answer.json(), {
    type: `${ISSUER}/errors/username-taken`,
    title: 'Username taken',
    status: 409,
    code: 'username-taken',
    received: /ada/,
    expected: /user name/,
    where: 'username',
    instance: /^urn:request:[\w.-]+$/,
  })
  const without = await issuer.app.inject({ url: '/admin/v1/users' })
  t.equal(without.statusCode, 401)
  t.match(without.json(), { code: 'no-credentials' })
  t.notMatch(without.headers['www-authenticate'], 'error=')
  const refused = await issuer.app.inject({
    url: '/admin/v1/users',
    headers: { authorization: 'Bearer x' },
  })
  t.match(refused.headers['www-authenticate'], 'error="invalid_token"')
})

t.test(
  'attack H4: a cursor is of its own list, with its own filters, and of this issuer',
  async (t) => {
    for (const name of ['p1', 'p2', 'p3']) await issuer.addPerson(name)
    const first = (await admin('GET', 'users?limit=2')).json()
    t.equal(first.users.length, 2)
    const next = encodeURIComponent(first.next)
    const second = (await admin('GET', `users?limit=2&after=${next}`)).json()
    t.ok(second.users[0].sub > first.users[1].sub)
    const [position = '', mac = ''] = String(first.next).split('.')
    const elsewhere = Buffer.from('u_0').toString('base64url')
    const forged: [name: string, path: string][] = [
      ['another position', `users?after=${elsewhere}.${mac}`],
      ['no MAC', `users?after=${position}`],
      ['an empty MAC', `users?after=${position}.`],
      ['a part more', `users?after=${next}.x`],
      ['a sub, as it was once', `users?after=${first.users[1].sub}`],
      ['another filter', `users?search=p&after=${next}`],
      ['another list', `groups?after=${next}`],
      ['no base64url', `users?after=%00.${mac}`],
    ]
    for (const [name, path] of forged) {
      const answer = await admin('GET', path)
      t.strictSame([answer.statusCode, answer.json().code], [400, 'cursor-invalid'], name)
    }
    t.test('walking to the end finds everybody once', async (t) => {
      const seen: string[] = []
      let after = ''
      for (;;) {
        const page = (await admin('GET', `users?limit=2${after}`)).json()
        seen.push(...page.users.map((one: { sub: string }) => one.sub))
        if (page.next === undefined) break
        after = `&after=${encodeURIComponent(page.next)}`
      }
      const all = await directory.users.list({ limit: 500 })
      t.strictSame(
        seen,
        all.map(({ sub }) => sub),
      )
    })
    for (const limit of ['0', '501', '-1', '1.5', '01', 'all']) {
      t.equal((await admin('GET', `users?limit=${limit}`)).statusCode, 400, limit)
    }
    t.equal((await admin('GET', 'users?limit=500')).statusCode, 200)
  },
)

t.test('RFC 9110 section 13.1.1: a change is made to what was seen, or not at all', async (t) => {
  const path = `users/${await issuer.sub('bob')}`
  const tag = String((await admin('GET', path)).headers.etag)
  t.match(tag, /^"[\w-]{27}"$/)
  const patch = (name: string, header: string) =>
    admin('PATCH', path, { name }, { 'if-match': header })
  const changed = await patch('Bob I', tag)
  t.equal(changed.statusCode, 200)
  t.equal(
    (await admin('GET', path)).headers.etag,
    changed.headers.etag,
    'the answer has the new tag',
  )
  for (const header of [tag, '"x"', `W/${changed.headers.etag}`, '']) {
    const answer = await patch('Bob II', header)
    t.strictSame([answer.statusCode, answer.json().code], [412, 'precondition-failed'], header)
  }
  t.equal((await patch('Bob III', `"x", ${changed.headers.etag}`)).statusCode, 200)
  t.equal((await patch('Bob IV', '*')).statusCode, 200)
  t.test('of 50 who saw the same, one changes it', async (t) => {
    const seen = String((await admin('GET', path)).headers.etag)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => patch(`Bob ${i}`, seen)))
    t.equal(answers.filter(({ statusCode }) => statusCode === 200).length, 1)
    t.equal(answers.filter(({ statusCode }) => statusCode === 412).length, 49)
  })
  t.test('If-None-Match: * creates, and replaces nothing', async (t) => {
    const put = () => admin('PUT', 'roles/fresh', { grants: [] }, { 'if-none-match': '*' })
    t.equal((await put()).statusCode, 201)
    t.equal((await put()).statusCode, 412)
  })
  t.test('an address that compares nothing does not pretend to', async (t) => {
    const answer = await admin('POST', `${path}/enable`, undefined, { 'if-match': '"x"' })
    t.strictSame([answer.statusCode, answer.json().code], [400, 'precondition-unknown'])
  })
})

t.test('a creation with an Idempotency-Key happens once', async (t) => {
  const create = (key: string, body: object, by = admin) =>
    by('POST', 'registration-tokens', body, { 'idempotency-key': key })
  const first = await create('k1', { note: 'a' })
  const again = await create('k1', { note: 'a' })
  t.equal(first.statusCode, 201)
  t.strictSame(
    [again.statusCode, again.body],
    [201, first.body],
    'with the secret that is shown once',
  )
  t.strictSame(
    [
      (await create('k1', { note: 'b' })).statusCode,
      (await create('k1', { note: 'b' })).json().code,
    ],
    [422, 'idempotency-key-reused'],
  )
  t.not((await create('k1', { note: 'a' }, other)).body, first.body, 'the key of somebody else')
  t.not((await create('k2', { note: 'a' })).body, first.body)
  t.test('the headers are repeated too', async (t) => {
    const send = () => admin('POST', 'users', { username: 'twice' }, { 'idempotency-key': 'u1' })
    const [one, two] = [await send(), await send()]
    for (const name of ['location', 'etag', 'content-type']) {
      t.ok(one.headers[name], name)
      t.equal(two.headers[name], one.headers[name], name)
    }
  })
  t.test('50 at once make one', async (t) => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => create('race', { note: 'race' })),
    )
    const made = new Set(answers.filter((one) => one.statusCode === 201).map(({ body }) => body))
    t.equal(made.size, 1)
    for (const { statusCode, body } of answers) {
      t.ok(statusCode === 201 || JSON.parse(body).code === 'idempotency-in-progress', body)
    }
    const kept = (await directory.registrationTokens.list()).filter(({ note }) => note === 'race')
    t.equal(kept.length, 1)
  })
  t.test('what failed may be tried again with the same key', async (t) => {
    const send = () => admin('POST', 'users', { username: 'later' }, { 'idempotency-key': 'f1' })
    await directory.users.create({ username: 'later' })
    t.equal((await send()).statusCode, 409)
    t.equal((await send()).statusCode, 409)
    await directory.users.delete(await issuer.sub('later'))
    t.equal((await send()).statusCode, 201)
  })
  t.test('nothing of the answer or the body rests in the clear', async (t) => {
    const kept: string[] = []
    const { put } = store.documents
    Object.assign(store.documents, {
      put: (...given: Parameters<typeof put>) => {
        kept.push(given.join(' '))
        return put(...given)
      },
    })
    const { token } = (await create('sealed', { note: 'a note' })).json()
    Object.assign(store.documents, { put })
    t.equal(kept.length, 1)
    t.notMatch(kept[0], token)
    t.notMatch(kept[0], 'a note')
    t.notMatch(kept[0], 'sealed ')
  })
  t.test('after a day the key is new again', async (t) => {
    issuer.advance(86_401)
    const late = await adminMachine(issuer, 'all', ['* /admin/v1/*'])
    t.not((await create('k1', { note: 'a' }, late)).body, first.body)
  })
  for (const key of ['', 'ü', 'x'.repeat(256), 'a b']) {
    t.equal((await create(key, {})).statusCode === 201, false, JSON.stringify(key))
  }
})

t.test('attack H2: the last administrator stays', async (t) => {
  const call = await adminMachine(issuer, 'root', ['* /admin/v1/*'])
  const create = async (username: string, body: object) =>
    (await call('POST', 'users', { username, ...body })).json().sub as string
  const group = (await call('POST', 'groups', { name: 'Admins', roles: ['admin'] })).json().id
  const child = (await call('POST', 'groups', { name: 'Below', parent: group })).json().id
  await call('PUT', 'roles/boss', { grants: [{ audience: ISSUER, grant: '* /*' }] })
  const soon = issuer.now() + 60
  /** How somebody is an administrator, and every way to take that away. */
  const rows: [how: string, body: object, ways: [Parameters<typeof call>[0], string, object?][]][] =
    [
      ['by a role', { roles: ['admin'] }, [['PATCH', 'users/:sub', { roles: [] }]]],
      [
        'by a role of their own',
        { roles: ['boss'] },
        [
          ['PUT', 'roles/boss', { grants: [] }],
          ['PUT', 'roles/boss', { grants: [{ audience: ISSUER, grant: '* /*', until: soon }] }],
        ],
      ],
      [
        'by a grant',
        { grants: [{ audience: ISSUER, grant: '* /admin/v1/*' }] },
        [['PATCH', 'users/:sub', { grants: [{ audience: ORDERS, grant: '* /*' }] }]],
      ],
      [
        'by a group above their own',
        { groups: [child] },
        [
          ['PATCH', `groups/${group}`, { roles: [] }],
          ['PATCH', `groups/${child}`, { parent: null }],
          ['DELETE', `groups/${child}`],
          ['DELETE', `groups/${child}/members/:sub`],
        ],
      ],
    ]
  for (const [how, body, ways] of rows) {
    const sub = await create(how.replaceAll(' ', '-'), body)
    const always: typeof ways = [
      ['POST', 'users/:sub/disable'],
      ['DELETE', 'users/:sub'],
    ]
    for (const [method, path, payload] of [...always, ...ways]) {
      const answer = await call(method, path.replace(':sub', sub), payload)
      t.strictSame([answer.statusCode, answer.json().code], [409, 'last-admin'], `${how}: ${path}`)
    }
    t.equal((await directory.users.find(sub))?.disabled, false, how)
    const successor = await create(`${how.replaceAll(' ', '-')}-2`, { roles: ['admin'] })
    t.equal((await call('DELETE', `users/${sub}`)).statusCode, 204, `${how}, with a successor`)
    // The next one is the only one again: the successor goes when they are there.
    await directory.users.delete(successor)
  }
  t.test('of 50 who remove each other at once, one stays', async (t) => {
    const subs: string[] = []
    for (let i = 0; i < 50; i++) {
      const { sub } = await directory.users.create({ username: `ruler${i}`, roles: ['admin'] })
      subs.push(sub)
    }
    const answers = await Promise.all(
      subs.map((sub, i) =>
        i % 2 === 0
          ? call('POST', `users/${sub}/disable`)
          : call('PATCH', `users/${sub}`, { roles: [] }),
      ),
    )
    t.equal(answers.filter(({ statusCode }) => statusCode === 409).length, 1)
    t.equal(await directory.users.anyHolder(ISSUER, ['* /admin/v1/*']), true)
  })
})

t.test('attack H2: an administrator may end their own session', async (t) => {
  await issuer.addPerson('selfender')
  const sub = await issuer.sub('selfender')
  await directory.users.update(sub, { roles: ['admin'] })
  await issuer.changeClient('orders', { services: [ORDERS, ISSUER] })
  const query = { resource: ISSUER }
  const code = (await issuer.browser().signIn('selfender', query)).get('code') ?? ''
  const token = (await tokenRequests(issuer).redeem(code, query)).json().access_token
  const headers = { authorization: `Bearer ${token}` }
  const answer = await admin('POST', 'ends', { target: { kind: 'user', sub } }, headers)
  t.equal(answer.statusCode, 200)
  t.equal((await admin('GET', 'users', undefined, headers)).statusCode, 401)
})
