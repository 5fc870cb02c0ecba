/** Choosing people and groups by conditions: `select` and `count`. */
import t from 'tap'
import { fold } from '../src/checks/username.ts'
import type { TextOperator, User, UserCondition } from '../src/index.ts'
import { memoryDirectory, oneOf, testClock } from './fixtures/open-directory.ts'

const NOW = 1_700_000_000
const HR = { kind: 'user', clientId: 'hr' } as const
const NAMES = ['Ada Lovelace', '李雷', 'Zoë "Z" Ünal', "D'Arcy 100%", '😀 Ann_e!', 'p1']

async function crowd(t: Parameters<typeof memoryDirectory>[0]) {
  const clock = testClock()
  const { users, groups, provisioned } = await memoryDirectory(t, { clock })
  const all: User[] = []
  for (let count = 0; count < 18; count++) {
    const { sub } = await users.create({
      username: `p${count}`,
      name: oneOf(NAMES, count),
      ...(count % 3 === 0 ? {} : { email: `P${count}@${oneOf(['a.example', 'b.de'], count)}` }),
      ...(count % 4 === 0 ? {} : { externalId: `X-${count}` }),
    })
    const externalId = `X-${count}`
    const id = sub
    // Each client has its own: what one calls X-1, nobody or somebody else is called by the other.
    if (count % 4 !== 0) await provisioned.save({ ...HR, id, externalId })
    await provisioned.save({ ...HR, clientId: 'okta', id, externalId: `X-${count + 1}` })
    if (count % 5 === 0) await users.setDisabled(sub, true)
    all.push((await users.find(sub)) as User)
    clock.advance(1000)
  }
  return { users, groups, provisioned, all, clock }
}

const MATCH: Record<TextOperator, (text: string, value: string) => boolean> = {
  eq: (text, value) => text === value,
  co: (text, value) => text.includes(value),
  sw: (text, value) => text.startsWith(value),
  ew: (text, value) => text.endsWith(value),
}

/** The same in plain words. */
function isTrue(condition: UserCondition, user: User): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.every((one) => isTrue(one, user))
    case 'or':
      return condition.of.some((one) => isTrue(one, user))
    case 'not':
      return !isTrue(condition.of, user)
    case 'text':
      return MATCH[condition.operator](fold(user[condition.member] ?? ''), fold(condition.value))
    case 'is':
      return condition.member === 'group'
        ? user.groups.includes(condition.value)
        : user[condition.member] === condition.value
    case 'disabled':
      return user.disabled === condition.value
    case 'has':
      return user[condition.member] !== undefined
    case 'provisioned': {
      const number = Number(user.username.slice(1))
      const given = condition.clientId === 'hr' ? user.externalId : `X-${number + 1}`
      return condition.externalId === undefined ? !!given : given === condition.externalId
    }
    case 'updatedAt': {
      const { operator, value } = condition
      const order = Math.sign(user.updatedAt - value)
      return { eq: [0], gt: [1], ge: [0, 1], lt: [-1], le: [-1, 0] }[operator].includes(order)
    }
  }
}

t.test('a condition chooses those of whom it is true, in the order of their ids', async (t) => {
  const { users, all } = await crowd(t)
  const simple: UserCondition[] = [
    { kind: 'provisioned', clientId: 'hr', externalId: 'X-1' },
    { kind: 'provisioned', clientId: 'hr', externalId: 'x-1' },
    { kind: 'provisioned', clientId: 'hr', externalId: 'X-4' },
    { kind: 'provisioned', clientId: 'okta', externalId: 'X-1' },
    { kind: 'is', member: 'sub', value: all[3]?.sub ?? '' },
    { kind: 'disabled', value: true },
    { kind: 'disabled', value: false },
  ]
  for (const member of ['username', 'name', 'email'] as const) {
    for (const operator of ['eq', 'co', 'sw', 'ew'] as const) {
      for (const value of [
        'p1',
        'P',
        '李',
        'Ünal',
        '"',
        '%',
        '_',
        '!',
        "'",
        '.DE',
        'p1@b.de',
        'a',
      ]) {
        simple.push({ kind: 'text', member, operator, value })
      }
    }
  }
  for (const operator of ['eq', 'gt', 'ge', 'lt', 'le'] as const) {
    simple.push({ kind: 'updatedAt', operator, value: NOW + 5000 })
  }
  const isActive: UserCondition = { kind: 'disabled', value: false }
  const denied = simple.map(
    (of): UserCondition => ({ kind: 'and', of: [isActive, { kind: 'not', of }] }),
  )
  const either = simple.map(
    (one, index): UserCondition => ({ kind: 'or', of: [one, oneOf(simple, index + 7)] }),
  )
  const there = [
    { kind: 'has', member: 'email' } as const,
    { kind: 'provisioned', clientId: 'hr' } as const,
  ].map((one): UserCondition => ({ kind: 'and', of: [isActive, one] }))
  let found = 0
  for (const where of [...simple, ...denied, ...either, ...there]) {
    const expected = all.filter((user) => isTrue(where, user)).map(({ sub }) => sub)
    const got = (await users.select({ where, limit: 500 })).map(({ sub }) => sub)
    found += got.length
    t.strictSame(got, expected, JSON.stringify(where))
    const [first] = await users.select({ where, limit: 1 })
    t.equal(first?.sub, expected[0], 'also when a page is full at once')
    t.equal(await users.count({ where, most: 500 }), expected.length)
  }
  t.ok(found > 500, 'and that is more than nobody')
})

t.test('pages go on behind an id, or pass over a number', async (t) => {
  const { users, all } = await crowd(t)
  const subs = all.map(({ sub }) => sub)
  const page = async (more: object) =>
    (await users.select({ limit: 4, ...more })).map(({ sub }) => sub)
  t.strictSame(await page({}), subs.slice(0, 4))
  t.strictSame(await page({ skip: 4 }), subs.slice(4, 8))
  t.strictSame(await page({ after: subs[3] }), subs.slice(4, 8))
  t.strictSame(await page({ after: subs[3], skip: 12 }), subs.slice(16))
  t.strictSame(await page({ skip: 99 }), [])
  t.equal(await users.count({ most: 500 }), 18)
  t.equal(await users.count({ most: 7 }), 7, 'and not further than it is asked')
  for (const more of [{ limit: 0 }, { limit: 501 }, { skip: -1 }, { skip: 0.5 }]) {
    await t.rejects(users.select({ limit: 1, ...more }), JSON.stringify(more))
  }
})

t.test('what no index answers is refused, and so are texts that no name holds', async (t) => {
  const { users } = await crowd(t)
  const name = (value: string): UserCondition => ({
    kind: 'text',
    member: 'name',
    operator: 'co',
    value,
  })
  const has: UserCondition = { kind: 'has', member: 'email' }
  const rows: [UserCondition, boolean][] = [
    [name('a'), true],
    [{ kind: 'not', of: name('a') }, false],
    [has, false],
    [{ kind: 'and', of: [has, name('a')] }, true],
    [{ kind: 'or', of: [has, name('a')] }, false],
    [{ kind: 'or', of: [name('b'), name('a')] }, true],
    [name(''), false],
    [name('a\nb'), false],
    [name('\0'), false],
    [name('a'.repeat(512)), true],
    [name('a'.repeat(513)), false],
    [{ kind: 'and', of: [] }, false],
    [{ kind: 'provisioned', clientId: 'hr' }, false],
    [{ kind: 'provisioned', clientId: 'hr', externalId: 'x' }, true],
    [{ kind: 'provisioned', clientId: 'hr', externalId: '' }, false],
  ]
  for (const [where, isAnswered] of rows) {
    for (const asked of [users.select({ where, limit: 1 }), users.count({ where, most: 1 })]) {
      const code = await asked.then(
        () => 'answered',
        ({ code }) => code,
      )
      t.equal(code, isAnswered ? 'answered' : 'condition', JSON.stringify(where).slice(0, 80))
    }
  }
})

t.test('people are found by their group, and groups by their people', async (t) => {
  const { users, groups, provisioned, all, clock } = await crowd(t)
  const [ada, lei] = all.map(({ sub }) => sub) as [string, string]
  const one = await groups.create({ name: 'Größe 1', externalId: 'G1' })
  const given = { kind: 'provisioned', clientId: 'hr' } as const
  await provisioned.save({ kind: 'group', clientId: 'hr', id: one.id, externalId: 'G1' })
  clock.advance(1000)
  const two = await groups.create({ name: 'Zwei_%' })
  await groups.addMembers(one.id, [ada, lei])
  const inGroup = { kind: 'is', member: 'group', value: one.id } as const
  t.strictSame(
    (await users.select({ where: inGroup, limit: 9 })).map(({ sub }) => sub),
    [ada, lei],
  )
  const text = (operator: TextOperator, value: string) =>
    ({ kind: 'text', member: 'name', operator, value }) as const
  const is = (member: 'id' | 'member', value: string) => ({ kind: 'is', member, value }) as const
  const rows = [
    [text('eq', 'GRÖSSE 1'), [one]],
    [text('sw', 'grö'), [one]],
    [text('ew', '_%'), [two]],
    [text('co', 'e'), [one, two]],
    [is('id', two.id), [two]],
    [{ ...given, externalId: 'G1' }, [one]],
    [{ ...given, clientId: 'okta', externalId: 'G1' }, []],
    [is('member', lei), [one]],
    [is('member', 'u_nobody'), []],
    [
      { kind: 'and', of: [text('co', 'e'), { kind: 'not', of: { ...given, externalId: 'G1' } }] },
      [two],
    ],
    [{ kind: 'and', of: [text('co', 'e'), given] }, [one]],
    [{ kind: 'or', of: [is('member', ada), text('eq', 'zwei_%')] }, [one, two]],
    [{ kind: 'updatedAt', operator: 'gt', value: NOW }, [one, two]],
  ] as const
  for (const [where, expected] of rows) {
    t.strictSame(await groups.select({ where, limit: 9 }), expected, JSON.stringify(where))
    t.equal(await groups.count({ where, most: 9 }), expected.length)
  }
  t.strictSame(await groups.select({ skip: 1, limit: 1 }), [two])
})
