/** Groups, lists and choices by SCIM 2.0: RFC 7643 section 4.2, RFC 7644 sections 3.4, 3.9 and 4. */
import t from 'tap'
import { GROUP, patchOp, scimClient, USER } from '../fixtures/scim-client.ts'
import { ORDERS, testIssuer } from '../test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { directory, store } = issuer
const scim = await scimClient(issuer, 'okta')

async function created(path: 'Users' | 'Groups', body: object): Promise<string> {
  const answer = await scim('POST', path, body)
  if (answer.statusCode !== 201) throw new Error(answer.body)
  return answer.json().id
}

const member = (value: string) => ({ value })
const subs: string[] = []
for (let number = 0; number < 7; number++) {
  // Ids are in the order of time.
  issuer.advance(1)
  const emails = [{ value: `m${number}@example.com` }]
  subs.push(await created('Users', { schemas: [USER], userName: `member ${number}`, emails }))
}
const [one = '', two = '', three = ''] = subs

async function staleSince(change: () => Promise<unknown>): Promise<string[]> {
  const before = await store.log.head(0)
  await change()
  const { entries } = await store.log.read(0, before.position.offset, 1000)
  return entries.filter(({ k }) => k === 'stale').map(({ v }) => v)
}

t.test(
  'the members of a group change, and their tokens are stale where it gives rights',
  async (t) => {
    const body = {
      schemas: [GROUP],
      displayName: 'Tour Guides',
      externalId: 'g-1',
      members: [member(one)],
    }
    const answer = await scim('POST', 'Groups', body)
    const { id, meta, ...told } = answer.json()
    t.equal(answer.headers.location, meta.location)
    t.match(meta, { resourceType: 'Group', version: answer.headers.etag })
    const $ref = meta.location.replace(/Groups.*/, `Users/${one}`)
    t.strictSame(told, {
      schemas: [GROUP],
      externalId: 'g-1',
      displayName: 'Tour Guides',
      members: [{ value: one, $ref, display: 'member 0', type: 'User' }],
    })
    t.match((await scim('GET', `Users/${one}`)).json().groups, [
      { value: id, display: 'Tour Guides' },
    ])
    const members = async () =>
      (await directory.groups.members(id, { limit: 9 })).map(({ sub }) => subs.indexOf(sub))
    const patch = (...operations: object[]) => scim('PATCH', `Groups/${id}`, patchOp(...operations))
    t.strictSame(
      await staleSince(() => patch({ op: 'add', path: 'members', value: [member(two)] })),
      [],
    )
    await directory.groups.update(id, { roles: ['reader'] })
    const rows: [string, object[], number[], string[]][] = [
      [
        'add',
        [{ op: 'Add', path: 'members', value: [member(two), member(three)] }],
        [0, 1, 2],
        [three],
      ],
      ['add again', [{ op: 'add', path: 'members', value: [member(two)] }], [0, 1, 2], []],
      ['remove by value', [{ op: 'Remove', path: 'members', value: [member(one)] }], [1, 2], [one]],
      ['remove by filter', [{ op: 'remove', path: `members[value eq "${two}"]` }], [2], [two]],
      ['remove again', [{ op: 'remove', path: `members[value eq "${two}"]` }], [2], []],
      [
        'by two filters',
        [{ op: 'remove', path: `members[value eq "${one}" or display sw "MEMBER 2"]` }],
        [],
        [three],
      ],
      [
        'replace',
        [{ op: 'replace', path: 'members', value: [member(one), member(one)] }],
        [0],
        [one],
      ],
      ['without a path', [{ op: 'add', value: { members: [member(two)] } }], [0, 1], [two]],
      [
        'an id that is echoed',
        [{ op: 'replace', value: { id, displayName: 'Guides' } }],
        [0, 1],
        [],
      ],
      [
        'in their order',
        [
          { op: 'remove', path: 'members' },
          { op: 'add', path: 'members', value: [member(one)] },
        ],
        [0],
        [one, two],
      ],
      ['the external id goes', [{ op: 'remove', path: 'externalId' }], [0], []],
      ['all go', [{ op: 'remove', path: 'members' }], [], [one]],
    ]
    for (const [name, operations, after, stale] of rows) {
      let status = 0
      const found = await staleSince(async () => {
        status = (await patch(...operations)).statusCode
      })
      t.equal(status, 204, name)
      t.strictSame(await members(), after, name)
      t.strictSame(new Set(found), new Set(stale), `${name}: stale`)
    }
    const group = await directory.groups.find(id)
    t.match(group, { name: 'Guides', roles: ['reader'] })
    t.notOk('externalId' in (await scim('GET', `Groups/${id}`)).json())
    const put = { schemas: [GROUP], displayName: 'All', members: subs.map(member) }
    t.strictSame(await staleSince(() => scim('PUT', `Groups/${id}`, put)), subs)
    const [record] = await directory.audit.list({ limit: 1, action: 'group.update' })
    t.match(record, {
      target: `group ${id}`,
      detail: { people: 7, by: 'scim' },
      actor: { sub: 'svc:okta', requestId: /./ },
    })
    t.strictSame(await staleSince(() => scim('DELETE', `Groups/${id}`)), subs)
    t.equal((await scim('GET', `Groups/${id}`)).statusCode, 404)
  },
)

t.test('more people than entries are worth are told by one entry about the service', async (t) => {
  const many: string[] = []
  for (let number = 0; number < 101; number++) {
    many.push((await directory.users.create({ username: `many ${number}` })).sub)
  }
  const grants = [{ audience: ORDERS, grant: 'GET /orders' }]
  const { id } = await directory.groups.create({ name: 'Many', grants })
  const put = { schemas: [GROUP], displayName: 'Many', members: many.map(member) }
  t.strictSame(await staleSince(() => scim('PUT', `Groups/${id}`, put)), [ORDERS])
  const fewer = { ...put, members: many.slice(1).map(member) }
  t.strictSame(await staleSince(() => scim('PUT', `Groups/${id}`, fewer)), many.slice(0, 1))
  for (const sub of many) await directory.users.delete(sub)
})

t.test('lists are chosen by filters, and counted from 1', async (t) => {
  const list = async (query: Record<string, string>, path = 'Users') => {
    const answer = await scim('GET', `${path}?${new URLSearchParams(query)}`)
    t.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }
  const filter = 'userName sw "member"'
  const all = await list({ filter })
  t.match(all, {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 7,
    startIndex: 1,
    itemsPerPage: 7,
  })
  const idsOf = ({ Resources }: { Resources: { id: string }[] }) => Resources.map(({ id }) => id)
  t.strictSame(idsOf(all), subs)
  const rows: [Record<string, string>, string[]][] = [
    [{ count: '2' }, subs.slice(0, 2)],
    [{ startIndex: '3', count: '2' }, subs.slice(2, 4)],
    [{ startIndex: '6', count: '9' }, subs.slice(5)],
    [{ startIndex: '99' }, []],
    [{ startIndex: '0', count: '1' }, [one]],
    [{ startIndex: '-7', count: '1' }, [one]],
    [{ count: '0' }, []],
    [{ count: '-1' }, []],
    [{ count: '100000' }, subs],
  ]
  for (const [query, expected] of rows) {
    const page = await list({ filter, ...query })
    t.strictSame(idsOf(page), expected, JSON.stringify(query))
    t.match(page, { totalResults: 7, itemsPerPage: expected.length })
  }
  t.strictSame(idsOf(await list({ filter: 'userName eq "MEMBER 1"' })), [two], 'in any case')
  t.strictSame(
    idsOf(await list({ filter: 'emails[type eq "work" and value eq "M2@example.com"]' })),
    [three],
  )
  const search = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
    filter,
    startIndex: 2,
    count: 1,
    attributes: ['userName'],
  }
  const found = (await scim('POST', 'Users/.search', search)).json()
  t.strictSame(found.Resources, [{ schemas: [USER], id: two, userName: 'member 1' }])
  const { id } = await directory.groups.create({ name: 'Listed' })
  await directory.groups.addMembers(id, [one])
  t.strictSame(idsOf(await list({ filter: `members eq "${one}"` }, 'Groups')), [id])
  t.strictSame(idsOf(await list({ filter: `groups.value eq "${id}"` })), [one])
  t.strictSame(idsOf(await list({ filter: 'displayName eq "LISTED"' }, 'Groups')), [id])
  t.match((await list({ filter: `id eq "${id}"` }, 'Groups')).Resources[0].members, [
    { value: one },
  ])
})

t.test(
  'each page leaves a mark for the next one, so a walk passes over nobody twice',
  async (t) => {
    const seen: object[] = []
    const spied = await testIssuer({
      around: (inner) => ({
        ...inner,
        users: {
          ...inner.users,
          select: (page) => {
            seen.push(page)
            return inner.users.select(page)
          },
          count: (query) => {
            seen.push(query)
            return inner.users.count(query)
          },
        },
      }),
    })
    t.teardown(() => spied.close())
    let call = await scimClient(spied, 'walker')
    for (let number = 0; number < 7; number++)
      await spied.directory.users.create({ username: `w${number}` })
    const page = async (startIndex: number) => {
      seen.length = 0
      const { Resources, totalResults } = (
        await call('GET', `Users?startIndex=${startIndex}&count=2`)
      ).json()
      return { ids: Resources.map(({ id }: { id: string }) => id) as string[], totalResults }
    }
    const everybody = (await spied.directory.users.list({ limit: 20 })).map(({ sub }) => sub)
    const walked: string[] = []
    for (let startIndex = 1; startIndex <= 9; startIndex += 2) {
      const { ids, totalResults } = await page(startIndex)
      t.equal(totalResults, 10)
      t.equal(seen.length, startIndex === 1 ? 2 : 1, 'counted once')
      t.notOk(startIndex > 1 && 'skip' in (seen[0] ?? {}), 'and nobody is passed over')
      walked.push(...ids)
      // Whoever goes in the middle of a walk hides nobody.
      if (startIndex === 5) await spied.directory.users.delete(walked[0] ?? '')
    }
    t.strictSame(walked, everybody)
    spied.advance(601)
    call = await scimClient(spied, 'walker')
    t.strictSame(
      (await page(5)).ids,
      everybody.slice(5, 7),
      'the mark is gone, and the page is counted again',
    )
    t.match(seen, [{ most: Number.MAX_SAFE_INTEGER }, { skip: 4 }])
    t.match(await page(7), { totalResults: 9 })
    await call('GET', `Users?startIndex=9&count=2&filter=${encodeURIComponent('userName sw "w"')}`)
    t.match(seen.at(-1), { skip: 8 }, 'nor those of one list those of another')
    const other = await scimClient(spied, 'other')
    seen.length = 0
    await other('GET', 'Users?startIndex=9&count=2')
    t.match(seen.at(-1), { skip: 8 }, 'the marks of one client are not those of another')
  },
)

t.test('what is told is chosen by attributes and excludedAttributes', async (t) => {
  const { id } = await directory.groups.create({ name: 'Chosen' })
  const rows: [string, string[]][] = [
    ['attributes=userName', ['schemas', 'id', 'userName']],
    [`attributes=${USER}:username,meta.version`, ['schemas', 'id', 'userName', 'meta']],
    ['excludedAttributes=meta,emails,name,displayName,active', ['schemas', 'id', 'userName']],
    [
      'excludedAttributes=id,schemas,meta,emails,name,displayName',
      ['schemas', 'id', 'userName', 'active'],
    ],
  ]
  for (const [query, names] of rows) {
    const body = (await scim('GET', `Users/${three}?${query}`)).json()
    t.strictSame(Object.keys(body), names, query)
  }
  const part = (await scim('GET', `Users/${three}?attributes=emails.value,meta.version`)).json()
  t.strictSame(part.emails, [{ value: 'm2@example.com' }])
  t.strictSame(Object.keys(part.meta), ['version'])
  const less = (
    await scim('GET', `Users/${three}?excludedAttributes=emails.type,meta.location`)
  ).json()
  t.strictSame(less.emails, [{ value: 'm2@example.com', primary: true }])
  t.notOk('location' in less.meta)
  t.equal((await scim('GET', `Users/${three}?attributes=a&excludedAttributes=b`)).statusCode, 400)
  const bare = (await scim('GET', `Groups/${id}?excludedAttributes=members`)).json()
  t.strictSame(Object.keys(bare), ['schemas', 'id', 'displayName', 'meta'])
})

t.test('RFC 7644 section 4: what there is describes itself', async (t) => {
  const config = (await scim('GET', 'ServiceProviderConfig')).json()
  t.match(config, {
    patch: { supported: true },
    bulk: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    filter: { supported: true, maxResults: 500 },
  })
  const types = (await scim('GET', 'ResourceTypes')).json()
  t.strictSame(
    types.Resources.map(({ id }: { id: string }) => id),
    ['User', 'Group'],
  )
  const { Resources: schemas } = (await scim('GET', 'Schemas')).json()
  t.strictSame(
    schemas.map(({ name }: { name: string }) => name),
    ['User', 'EnterpriseUser', 'Group'],
  )
  for (const type of types.Resources) {
    t.strictSame((await scim('GET', `ResourceTypes/${type.id}`)).json(), type)
    const schema = (await scim('GET', `Schemas/${type.schema}`)).json()
    const known = new Set([
      'schemas',
      'id',
      'externalId',
      'meta',
      ...schema.attributes.map(({ name }: { name: string }) => name),
    ])
    const { Resources } = (await scim('GET', type.endpoint.slice(1))).json()
    t.ok(Resources.length > 0)
    for (const resource of Resources) {
      t.strictSame(
        Object.keys(resource).filter((name) => !known.has(name)),
        [],
        'nothing but what the schema names',
      )
    }
  }
  t.strictSame(schemas[1].attributes, [], 'no attribute that nobody keeps')
  t.equal((await scim('GET', 'Schemas/urn:none')).statusCode, 404)
  t.equal((await scim('GET', 'Users/.search')).statusCode, 405)
})
