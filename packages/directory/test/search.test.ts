import t from 'tap'
import { fold } from '../src/checks/username.ts'
import type { User } from '../src/index.ts'
import { memoryDirectory, oneOf, testClock } from './fixtures/open-directory.ts'

const NAMES = [
  'Ada Lovelace',
  '李雷',
  '韩梅梅 (HR)',
  'Zoë "Z" Ünal',
  "D'Arcy 100%",
  '😀 Ann_e!',
  'Ивáн',
]
const HOSTS = ['example.org', 'Mail.Example', 'x.de']

async function crowd(t: Parameters<typeof memoryDirectory>[0]) {
  const clock = testClock()
  const { users } = await memoryDirectory(t, { clock })
  const created: User[] = []
  for (let count = 0; count < 21; count++) {
    const email = count % 4 === 3 ? {} : { email: `p${count}@${oneOf(HOSTS, count)}` }
    created.push(
      await users.create({ username: `Person ${count}`, name: oneOf(NAMES, count), ...email }),
    )
    clock.advance(1)
  }
  return { users, created }
}

/** What is looked through, apart by line ends that nobody can search for. */
const textOf = (user: User) => [user.username, user.name, user.email ?? ''].map(fold)

const holders = (all: readonly User[], search: string) =>
  all
    .filter((user) => textOf(user).some((text) => text.includes(fold(search))))
    .map(({ sub }) => sub)

t.test('every piece of a name or an address finds whoever has it, and nobody else', async (t) => {
  const { users, created } = await crowd(t)
  const pieces = new Set([
    'ad',
    'LOVE',
    'zz',
    '梅',
    '😀',
    '"Z"',
    '%',
    '_',
    '!',
    "'",
    '  ',
    '("',
    '*',
    '李雷雷',
  ])
  for (const text of created.flatMap(textOf)) {
    const characters = [...text]
    for (const length of [1, 2, 3, 4, 9]) {
      for (let start = 0; start + length <= characters.length; start += 5) {
        pieces.add(characters.slice(start, start + length).join(''))
      }
      pieces.add(characters.slice(-length).join(''))
    }
  }
  for (const search of pieces) {
    if (search === '') continue
    const found = await users.list({ limit: 100, search })
    t.strictSame(
      found.map(({ sub }) => sub),
      holders(created, search),
      JSON.stringify(search),
    )
  }
})

t.test('pages of a search go on behind the cursor, full or not', async (t) => {
  const { users, created } = await crowd(t)
  const found: string[] = []
  for (let after = ''; ; ) {
    const page = await users.list({ limit: 4, search: 'example', after })
    found.push(...page.map(({ sub }) => sub))
    if (page.length < 4) break
    after = page.at(-1)?.sub ?? ''
  }
  t.strictSame(found, holders(created, 'example'))
})

t.test('a search sees changes, and forgets what is gone', async (t) => {
  const { users, created } = await crowd(t)
  const [first, second] = created
  if (!first || !second) throw new Error('21 users')
  await users.update(first.sub, { name: 'Grace Hopper' })
  const subs = async (search: string) =>
    (await users.list({ limit: 9, search, after: '' })).map(({ sub }) => sub)
  t.strictSame(await subs('hopper'), [first.sub])
  t.notOk((await subs('lovelace')).includes(first.sub))
  await users.delete(first.sub)
  t.strictSame(await subs('hopper'), [])
  t.strictSame(await subs('ho'), [])
  await users.setDisabled(second.sub, true)
  t.strictSame(await subs('李'), holders(created, '李').slice(0, 9), 'whatever their status')
})

t.test('a search and a status hold together', async (t) => {
  const { users, created } = await crowd(t)
  const disabled = created.filter((_, index) => index % 3 === 0)
  for (const { sub } of disabled) await users.setDisabled(sub, true)
  const found = await users.list({ limit: 50, search: 'ada', status: 'disabled' })
  t.strictSame(
    found.map(({ sub }) => sub),
    holders(disabled, 'ada'),
  )
  const listed = await users.list({ limit: 50, status: 'disabled' })
  t.strictSame(
    listed.map(({ sub }) => sub),
    disabled.map(({ sub }) => sub),
  )
})
