/** What the organisation keeps about people besides the standard claims. */
import t from 'tap'
import type { AttributeRule, Directory, UserAttributes } from '../src/index.ts'
import {
  client,
  memoryDirectory,
  oneOf,
  race,
  sharedDirectories,
} from './fixtures/open-directory.ts'

const RULES: readonly AttributeRule[] = [
  { name: 'department', type: 'text', max: 10, required: true, claim: 'department' },
  { name: 'floor', type: 'number', max: 12 },
  { name: 'parttime', type: 'boolean' },
  { name: 'hired', type: 'date' },
  { name: 'languages', type: 'list', max: 2 },
]

t.test('attributes are kept as their rules say, in the order of the rules', async (t) => {
  const { users } = await memoryDirectory(t, { attributes: RULES })
  const attributes: UserAttributes = {
    languages: ['en', 'zh'],
    hired: '2024-02-29',
    parttime: false,
    floor: -1.5,
    department: 'Physics',
  }
  const { sub, attributes: stored } = await users.create({ username: 'ada', attributes })
  t.strictSame(stored, attributes)
  t.strictSame(
    Object.keys(stored),
    RULES.map(({ name }) => name),
  )
  const fewer = await users.update(sub, { attributes: { department: 'Maths', floor: '' } })
  t.strictSame(fewer.attributes, { department: 'Maths' }, "'' takes one away")
  t.strictSame((await users.update(sub, { name: 'Ada' })).attributes, { department: 'Maths' })

  const refused: [UserAttributes, string, string][] = [
    [{}, 'attribute-required', 'attributes.department'],
    [{ department: '' }, 'attribute-required', 'attributes.department'],
    [{ department: 'x'.repeat(11) }, 'attribute', 'attributes.department'],
    [{ department: 'a\nb' }, 'attribute', 'attributes.department'],
    [{ department: 7 }, 'attribute', 'attributes.department'],
    [{ department: 'x', floor: 13 }, 'attribute', 'attributes.floor'],
    [{ department: 'x', floor: Number.NaN }, 'attribute', 'attributes.floor'],
    [{ department: 'x', parttime: 'yes' }, 'attribute', 'attributes.parttime'],
    [{ department: 'x', hired: '2023-02-29' }, 'attribute', 'attributes.hired'],
    [{ department: 'x', hired: '2023-2-1' }, 'attribute', 'attributes.hired'],
    [{ department: 'x', languages: ['a', 'b', 'c'] }, 'attribute', 'attributes.languages'],
    [{ department: 'x', languages: ['a', '\u0000'] }, 'attribute', 'attributes.languages[1]'],
    [{ department: 'x', flor: 1 }, 'attribute', 'attributes'],
    [{ department: 'x', constructor: 'y' }, 'attribute', 'attributes'],
  ]
  for (const [given, code, where] of refused) {
    await t.rejects(
      users.update(sub, { attributes: given }),
      { code, where },
      JSON.stringify(given),
    )
    await t.rejects(users.create({ username: 'eve', attributes: given }), { code, where })
  }
  await t.rejects(users.update(sub, { attributes: { department: 'x', flor: 1 } }), {
    message: /did you mean "floor"\?/,
  })
})

t.test('without rules there are no attributes', async (t) => {
  const { users } = await memoryDirectory(t)
  const attributes = { department: 'Physics' }
  await t.rejects(users.create({ username: 'ada', attributes }), { code: 'attribute' })
})

t.test('rules that cannot be kept are refused when the directory is opened', async (t) => {
  const refused: [readonly AttributeRule[], string][] = [
    [[{ name: '1st', type: 'text' }], 'attribute-rule'],
    [[{ name: 'a b', type: 'text' }], 'attribute-rule'],
    [[{ name: 'a', type: 'text', scope: 'profile' }], 'attribute-rule'],
    [[{ name: 'a', type: 'text', max: 0 }], 'number'],
    [
      [
        { name: 'a', type: 'text' },
        { name: 'a', type: 'date' },
      ],
      'duplicate',
    ],
    [
      [
        { name: 'a', type: 'text', claim: 'x' },
        { name: 'b', type: 'text', claim: 'x' },
      ],
      'duplicate',
    ],
  ]
  for (const [attributes, code] of refused) {
    await t.rejects(memoryDirectory(t, { attributes }), { code }, JSON.stringify(attributes))
  }
})

t.test('an external id is one person, and a status is found', async (t) => {
  const { users } = await memoryDirectory(t)
  const ada = await users.create({ username: 'ada', externalId: 'hr-1', mustChangePassword: true })
  const bob = await users.create({ username: 'bob' })
  t.match(ada, { externalId: 'hr-1', mustChangePassword: true })
  t.strictSame(await users.findByExternalId('hr-1'), ada)
  t.equal(await users.findByExternalId('HR-1'), undefined, 'to the letter')
  const taken = { code: 'external-id-taken', where: 'externalId' }
  await t.rejects(users.create({ username: 'eve', externalId: 'hr-1' }), taken)
  await t.rejects(users.update(bob.sub, { externalId: 'hr-1' }), taken)
  t.equal((await users.update(ada.sub, { externalId: 'hr-1' })).externalId, 'hr-1')
  t.notOk('externalId' in (await users.update(ada.sub, { externalId: '' })))
  await users.update(bob.sub, { externalId: 'hr-1' })

  const names = async (status: 'active' | 'disabled' | 'must_change_password') =>
    (await users.list({ limit: 9, status })).map(({ username }) => username)
  t.strictSame([await names('active'), await names('must_change_password')], [['bob'], ['ada']])
  await users.setDisabled(ada.sub, true)
  t.strictSame([await names('disabled'), await names('must_change_password')], [['ada'], []])
  await users.setDisabled(ada.sub, false)
  await users.setPassword(ada.sub, 'chosen by herself')
  t.strictSame(await names('must_change_password'), [])
  await users.setPassword(ada.sub, 'chosen by others', { mustChange: true })
  t.equal((await users.find(ada.sub))?.mustChangePassword, true)
  await users.setMustChangePassword(ada.sub, false)
  t.equal((await users.find(ada.sub))?.mustChangePassword, false)
})

t.test('attack F17: an address is one name and one host, and opens nothing', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada', email: 'ada@bücher.example' })
  t.equal((await users.find(sub))?.email, 'ada@bücher.example', 'as it was given')
  const refused = [
    ...['a@b@c.example', '@c.example', 'a@', 'a b@c.example'],
    ...['a@c.example\nb@d.example', 'a@c.example\u202e', 'a', `${'x'.repeat(250)}@c.example`],
  ]
  for (const email of refused) {
    await t.rejects(users.update(sub, { email }), { code: 'email', where: 'email' }, email)
  }
  // Two people may share an address: no rule looks at it, and nobody signs in by it.
  const twin = await users.create({ username: 'eve', email: 'ada@bücher.example' })
  t.equal(twin.emailVerified, false)
  t.equal(await users.findByUsername('ada@bücher.example'), undefined)
})

t.test('RFC 7643 section 3.1: an external id is its provisioning client’s own', async (t) => {
  const [directory, other] = (await sharedDirectories(t, 2)) as [Directory, Directory]
  const { users, groups, clients, provisioned } = directory
  await clients.save(client('hr'))
  const [ada, bob] = [
    await users.create({ username: 'ada' }),
    await users.create({ username: 'bob' }),
  ]
  const ops = await groups.create({ name: 'Ops' })
  const save = (
    clientId: string,
    id: string,
    externalId: string,
    kind: 'user' | 'group' = 'user',
  ) => provisioned.save({ kind, clientId, id, externalId })
  const told = async (clientId: string) => [
    ...(await provisioned.of('user', clientId, [ada.sub, bob.sub])),
    ...(await provisioned.of('group', clientId, [ops.id])),
  ]
  await save('hr', ada.sub, '7')
  await save('okta', bob.sub, '7')
  await save('hr', ops.id, '7', 'group')
  t.strictSame(await told('hr'), [
    [ada.sub, '7'],
    [ops.id, '7'],
  ])
  t.strictSame(await told('okta'), [[bob.sub, '7']])
  t.equal(await users.findByExternalId('7'), undefined, 'the operator’s own is another one')
  const taken = { code: 'external-id-taken', where: 'externalId' }
  await t.rejects(save('hr', bob.sub, '7'), taken)
  await t.rejects(save('hr', bob.sub, '7\n'), { code: 'external-id' })
  await save('hr', ada.sub, '7')
  await save('hr', ada.sub, '')
  await save('hr', bob.sub, '7')
  t.strictSame(
    await provisioned.clientsOf('user', [ada.sub, bob.sub]),
    new Map([[bob.sub, ['hr', 'okta']]]),
  )
  const many = Array.from({ length: 50 }, (_, index) =>
    oneOf([directory, other], index).provisioned.save({
      ...{ kind: 'user', clientId: 'hr', externalId: '8' },
      id: oneOf([ada, bob], index).sub,
    }),
  )
  const { won, lost } = await race(many)
  t.strictSame(
    [won.length, new Set(lost)],
    [25, new Set(['external-id-taken'])],
    'of 50 one person',
  )
  const ids = [...(await provisioned.of('user', 'hr', [ada.sub, bob.sub])).values()]
  t.equal(ids.filter((id) => id === '8').length, 1)
  await users.delete(bob.sub)
  t.strictSame(await told('okta'), [], 'it goes with the person')
  await clients.remove('hr')
  t.strictSame(await told('hr'), [], 'and with the client')
})
