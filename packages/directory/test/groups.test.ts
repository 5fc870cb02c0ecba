/** Groups, what they give, and where each grant of a person comes from. */
import type { Test } from 'tap'
import t from 'tap'
import type { Directory } from '../src/index.ts'
import {
  memoryDirectory,
  ORDERS,
  REPORTS,
  race,
  service,
  sharedDirectories,
  testClock,
} from './fixtures/open-directory.ts'

const NOW = 1_700_000_000

async function scene(t: Test, clock = testClock()): Promise<Directory> {
  const directory = await memoryDirectory(t, { clock })
  await directory.services.save(service(ORDERS))
  await directory.services.save(service(REPORTS))
  const grants = [{ audience: ORDERS, grant: 'GET /orders' }]
  await directory.roles.save({ name: 'reader', description: '', grants })
  return directory
}

t.test('a group is found as it was saved, and by any spelling of its name', async (t) => {
  const clock = testClock()
  const { groups } = await scene(t, clock)
  const staff = await groups.create({ name: 'Staff' })
  const at = { createdAt: NOW, updatedAt: NOW }
  t.match(staff.id, /^g_[0-9A-HJKMNP-TV-Z]{26}$/)
  t.strictSame(staff, {
    id: staff.id,
    name: 'Staff',
    description: '',
    roles: [],
    grants: [],
    ...at,
  })
  clock.advance(1)
  const given = {
    name: 'Ops Team',
    description: 'on call',
    parent: staff.id,
    roles: ['reader'],
    grants: [{ audience: REPORTS, grant: 'GET /reports', until: NOW + 60 }],
    externalId: 'scim-7',
  }
  const ops = await groups.create(given)
  t.strictSame(ops, { id: ops.id, ...given, ...at })
  t.strictSame(await groups.find(ops.id), ops)
  t.strictSame(await groups.findByName(' OPS team'), ops)
  t.strictSame(await groups.findByExternalId('scim-7'), ops)
  t.equal(await groups.find('g_1'), undefined)
  t.strictSame(await groups.list({ limit: 1 }), [staff])
  t.strictSame(await groups.list({ limit: 10, after: staff.id }), [ops])
  t.strictSame(await groups.list({ limit: 10, search: 's team' }), [ops])
  t.strictSame(await groups.list({ limit: 10, search: '%' }), [])

  const renamed = await groups.update(ops.id, { name: 'OPS TEAM', parent: '', externalId: '' })
  const { parent: _, externalId: __, ...rest } = ops
  t.strictSame(renamed, { ...rest, name: 'OPS TEAM' }, 'what is not given stays')
  await groups.delete(ops.id)
  t.equal(await groups.find(ops.id), undefined)
})

t.test('what no group can be is refused, with its place', async (t) => {
  const { groups, users } = await scene(t)
  const parent = await groups.create({ name: 'Parent', externalId: 'p' })
  const child = await groups.create({ name: 'Child', parent: parent.id })
  const other = await groups.create({ name: 'Other' })
  const { sub } = await users.create({ username: 'ada' })
  const refused: [() => Promise<unknown>, Record<string, unknown>][] = [
    [() => groups.create({ name: ' ' }), { code: 'group-name', where: 'name' }],
    [() => groups.create({ name: 'x\u202e' }), { code: 'group-name' }],
    [() => groups.create({ name: 'x'.repeat(129) }), { code: 'group-name' }],
    [() => groups.create({ name: 'PARENT' }), { code: 'group-taken', where: 'name' }],
    [() => groups.update(child.id, { name: 'ｐarent' }), { code: 'group-taken' }],
    [() => groups.create({ name: 'x', externalId: 'p' }), { code: 'external-id-taken' }],
    [() => groups.create({ name: 'x', parent: child.id }), { code: 'group-nesting' }],
    [() => groups.update(parent.id, { parent: other.id }), { code: 'group-nesting' }],
    [() => groups.update(other.id, { parent: other.id }), { code: 'group-nesting' }],
    [() => groups.create({ name: 'x', parent: 'g_1' }), { code: 'unknown-group', where: 'parent' }],
    [() => groups.create({ name: 'x', roles: ['raeder'] }), { code: 'unknown-role' }],
    [() => groups.update('g_1', {}), { code: 'unknown-group' }],
    [() => groups.delete('g_1'), { code: 'unknown-group' }],
    [() => groups.delete(parent.id), { code: 'group-in-use', message: /"Child"/ }],
    [() => groups.members('g_1', { limit: 1 }), { code: 'unknown-group' }],
    [() => groups.addMembers('g_1', [sub]), { code: 'unknown-group' }],
    [
      () => groups.addMembers(child.id, [sub, 'u_1']),
      { code: 'unknown-user', where: 'members[1]' },
    ],
    [() => users.update(sub, { groups: ['g_1'] }), { code: 'unknown-group', where: 'groups[0]' }],
  ]
  for (const [index, [call, error]] of refused.entries()) {
    await t.rejects(call(), { name: 'InputError', ...error }, `row ${index}`)
  }
  t.equal((await groups.list({ limit: 10 })).length, 3)
  t.strictSame(await groups.members(child.id, { limit: 9 }), [], 'none of two when one is unknown')
})

t.test('members come and go, and a call says who did', async (t) => {
  const { groups, users } = await scene(t)
  const parent = await groups.create({ name: 'Parent' })
  const child = await groups.create({ name: 'Child', parent: parent.id })
  const [ada, bob, eve] = await Promise.all(
    ['ada', 'bob', 'eve'].map((username) => users.create({ username, name: username })),
  ).then((all) => all.map(({ sub }) => sub).sort() as [string, string, string])
  t.strictSame(await groups.addMembers(parent.id, [ada]), [ada])
  t.strictSame((await groups.addMembers(parent.id, [ada, bob])).sort(), [bob])
  await users.update(eve, { groups: [child.id] })
  t.strictSame((await users.find(eve))?.groups, [child.id])
  t.match(await groups.members(parent.id, { limit: 1 }), [{ sub: ada }])
  t.match(await groups.members(parent.id, { limit: 9, after: ada }), [{ sub: bob }])
  t.strictSame(await groups.affected(parent.id, 9), [ada, bob, eve], 'members of children too')
  t.strictSame(await groups.affected(parent.id, 2), [ada, bob])
  t.strictSame(await groups.affected(child.id, 9), [eve])
  t.strictSame(await groups.removeMembers(parent.id, [bob, eve]), [bob])
  t.strictSame(
    (await users.list({ limit: 9, group: parent.id })).map(({ sub }) => sub),
    [ada],
  )
  await users.delete(ada)
  t.strictSame(await groups.members(parent.id, { limit: 9 }), [])
})

t.test('a member has what the group and its parent have, and every grant says why', async (t) => {
  const { groups, users, roles } = await scene(t)
  const parent = await groups.create({ name: 'Parent', roles: ['reader'] })
  const grants = [{ audience: ORDERS, grant: 'GET /*' }]
  const child = await groups.create({ name: 'Child', parent: parent.id, grants })
  const { sub } = await users.create({
    username: 'ada',
    roles: ['reader'],
    groups: [child.id],
    grants: [{ audience: ORDERS, grant: 'GET /orders' }],
  })
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: ['GET /*', 'GET /orders'] })
  t.strictSame(await users.rightsAt(sub, REPORTS), { routes: [] })
  const sources = [
    { grant: 'GET /*', by: { kind: 'group', group: child.id } },
    { grant: 'GET /orders', by: { kind: 'direct' } },
    { grant: 'GET /orders', by: { kind: 'role', role: 'reader' } },
    { grant: 'GET /orders', by: { kind: 'role', role: 'reader', group: parent.id } },
  ]
  t.strictSame(await users.grantSources(sub, ORDERS), sources)
  t.strictSame(await roles.holders('reader', 9), [sub])
  await users.update(sub, { roles: [], grants: [] })
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: ['GET /*', 'GET /orders'] })
  t.strictSame(await roles.holders('reader', 9), [sub], 'by the parent of a group')
  await users.setDisabled(sub, true)
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: [] })
  t.equal((await users.grantSources(sub, ORDERS)).length, 2, 'of a disabled user too')
  await users.setDisabled(sub, false)
  await groups.update(child.id, { parent: '' })
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: ['GET /*'] })
  await groups.delete(child.id)
  t.strictSame(await users.rightsAt(sub, ORDERS), { routes: [] })
})

t.test('a grant counts until its end, and the first end of all is told', async (t) => {
  const clock = testClock()
  const { users, roles } = await scene(t, clock)
  const until = (seconds: number) => ({ audience: ORDERS, until: NOW + seconds })
  await roles.save({
    name: 'temp',
    description: '',
    grants: [{ ...until(20), grant: 'GET /a' }],
  })
  const direct = [
    { ...until(10), grant: 'GET /a' },
    { ...until(5), grant: 'GET /b' },
    { ...until(30), grant: 'GET /b' },
    { ...until(0), grant: 'GET /past' },
    { audience: ORDERS, grant: 'GET /c' },
  ]
  const { sub, grants } = await users.create({ username: 'ada', roles: ['temp'], grants: direct })
  t.match(
    grants.find(({ grant }) => grant === 'GET /b'),
    { until: NOW + 30 },
    'the later end',
  )
  const rights = () => users.rightsAt(sub, ORDERS)
  t.strictSame(await rights(), { routes: ['GET /a', 'GET /b', 'GET /c'], until: NOW + 20 })
  clock.advance(19_000)
  t.equal((await rights()).routes.length, 3, 'the last second that counts')
  clock.advance(1000)
  t.strictSame(await rights(), { routes: ['GET /b', 'GET /c'], until: NOW + 30 }, 'nothing written')
  clock.advance(10_000)
  t.strictSame(await rights(), { routes: ['GET /c'] })
  t.equal((await users.grantSources(sub, ORDERS)).length, 5, 'ended ones are told too')

  for (const end of [-1, 0.5, Number.NaN, 253_402_300_800]) {
    const grant = { audience: ORDERS, grant: 'GET /x', until: end }
    const refused = { code: 'number', where: 'grants[0].until' }
    await t.rejects(users.update(sub, { grants: [grant] }), refused, String(end))
  }
})

t.test('a role in use is not removed, and the refusal says who has it', async (t) => {
  const { roles, users, groups } = await scene(t)
  const subs: string[] = []
  for (let count = 0; count < 7; count++) {
    subs.push((await users.create({ username: `user ${count}`, roles: ['reader'] })).sub)
  }
  const group = await groups.create({ name: 'Ops', roles: ['reader'] })
  await t.rejects(roles.remove('reader'), {
    code: 'role-in-use',
    message: /group "Ops" and of user (?:"user \d", ){4}"user \d" and others/,
  })
  await groups.update(group.id, { roles: [] })
  for (const sub of subs) await users.update(sub, { roles: [] })
  await roles.remove('reader')
  t.equal(await roles.find('reader'), undefined)
  await t.rejects(roles.remove('reader'), { code: 'unknown-role' })
})

t.test('of 50 groups with one name at once, one is made', async (t) => {
  const directories = await sharedDirectories(t, 2)
  const calls = Array.from({ length: 50 }, (_, index) =>
    (directories[index % 2] as Directory).groups.create({ name: index % 3 ? 'OPS' : 'Ops' }),
  )
  const { won, lost } = await race(calls)
  t.equal(won.length, 1)
  t.strictSame(new Set(lost), new Set(['group-taken']))
})

t.test('two groups cannot become the parents of each other, however they race', async (t) => {
  const directories = await sharedDirectories(t, 2)
  const [{ groups }] = directories as [Directory]
  const [a, b] = [await groups.create({ name: 'a' }), await groups.create({ name: 'b' })]
  const calls = Array.from({ length: 20 }, (_, index) => {
    const [child, parent] = index % 2 ? [a, b] : [b, a]
    return (directories[index % 2] as Directory).groups.update(child.id, { parent: parent.id })
  })
  const { lost } = await race(calls)
  t.strictSame(new Set(lost), new Set(['group-nesting']))
  const parents = (await groups.list({ limit: 9 })).filter(({ parent }) => parent !== undefined)
  t.equal(parents.length, 1)
})

t.test('whether anybody holds a grant: by every way, enabled, and without an end', async (t) => {
  const { users, groups, roles, clients } = await scene(t)
  const held = (...grants: string[]) => users.anyHolder(ORDERS, grants)
  const grants = [{ audience: ORDERS, grant: '* /*' }]
  await roles.save({ name: 'boss', description: '', grants })
  const secret = 'a-secret-of-a-machine-that-is-long-enough'
  await clients.save({ id: 'job', secret, grantTypes: ['client_credentials'], grants })
  t.equal(await held('* /*'), false, 'a role that nobody has, and a machine')
  const parent = await groups.create({ name: 'Company' })
  const child = await groups.create({ name: 'Shop', parent: parent.id })
  const { sub } = await users.create({ username: 'ada', groups: [child.id] })
  const nothing = { roles: [], grants: [] }
  const ways: [name: string, give: () => Promise<unknown>, take: () => Promise<unknown>][] = [
    ['directly', () => users.update(sub, { grants }), () => users.update(sub, nothing)],
    ['by a role', () => users.update(sub, { roles: ['boss'] }), () => users.update(sub, nothing)],
    [
      'by a group',
      () => groups.update(child.id, { grants }),
      () => groups.update(child.id, nothing),
    ],
    [
      'by a role of a group',
      () => groups.update(child.id, { roles: ['boss'] }),
      () => groups.update(child.id, nothing),
    ],
    [
      'by the parent',
      () => groups.update(parent.id, { grants }),
      () => groups.update(parent.id, nothing),
    ],
    [
      'by a role of the parent',
      () => groups.update(parent.id, { roles: ['boss'] }),
      () => groups.update(parent.id, nothing),
    ],
  ]
  for (const [name, give, take] of ways) {
    await give()
    t.equal(await held('GET /x', '* /*'), true, name)
    t.equal(await held('GET /x'), false, `${name}: another grant`)
    t.equal(await users.anyHolder(REPORTS, ['* /*']), false, `${name}: another service`)
    await users.setDisabled(sub, true)
    t.equal(await held('* /*'), false, `${name}, and disabled`)
    await users.setDisabled(sub, false)
    await take()
    t.equal(await held('* /*'), false, `${name}, and taken away`)
  }
  const until = NOW + 1_000_000
  await users.update(sub, { grants: [{ audience: ORDERS, grant: '* /*', until }] })
  t.equal(await held('* /*'), false, 'with an end')
})

t.test('the holders of a role come in pages, each person once', async (t) => {
  const { users, groups, roles } = await scene(t)
  const group = await groups.create({ name: 'Readers', roles: ['reader'] })
  const subs: string[] = []
  for (let i = 0; i < 5; i++) {
    // The middle one has it twice.
    const by = { ...(i <= 2 && { roles: ['reader'] }), ...(i >= 2 && { groups: [group.id] }) }
    subs.push((await users.create({ username: `person${i}`, ...by })).sub)
  }
  const seen: string[] = []
  for (;;) {
    const page = await roles.holders('reader', 2, seen.at(-1))
    if (page.length === 0) break
    seen.push(...page)
  }
  t.strictSame(seen, subs.toSorted())
})
