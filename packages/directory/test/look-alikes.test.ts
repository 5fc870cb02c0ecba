/** User names that people could take for each other: attack G7. */
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import t from 'tap'
import { fitTogether } from '../src/checks/scripts.ts'
import { lookKeys } from '../src/checks/skeleton.ts'
import { quoted } from '../src/checks/text.ts'
import type { Directory } from '../src/index.ts'
import { userLooks } from '../src/migrations/0011-user-looks.ts'
import { sqliteDialect } from '../src/sqlite/dialect.ts'
import { memoryDirectory, race, sharedDirectories } from './fixtures/open-directory.ts'

t.test('UTS 39 section 4: names that can be taken for each other share a look', (t) => {
  const alike = [
    ['paypal', 'PayPaI', 'paypa1', 'раураӀ', 'pаypal', 'ρaypal'],
    ['admin', 'adrnin', 'ADMIN', 'аdmin'],
    ['bob0', 'bobO', 'bobо'],
    ['Ilona', 'llona', '1lona', 'ilona'],
  ] as const
  for (const [name, ...twins] of alike) {
    for (const twin of twins) t.ok(shareLook(name, twin), `${quoted(twin)} looks like ${name}`)
  }
  const apart = [
    'ada',
    'adam',
    'eva',
    'adá',
    'bob',
    'b0b1',
    '李雷',
    '李蕾',
    'анна',
    'o\u2019neil',
    'josé',
    'jose',
  ]
  for (const [index, name] of apart.entries()) {
    for (const other of apart.slice(index + 1)) t.notOk(shareLook(name, other), `${name}, ${other}`)
  }
  t.ok(
    lookKeys('\ufdfa'.repeat(10)).every((key) => key.length === 43),
    'fits into an index',
  )
  t.end()
})

function shareLook(one: string, other: string): boolean {
  const looks = new Set(lookKeys(one))
  return lookKeys(other).some((look) => looks.has(look))
}

t.test('UTS 39 section 5.2: a name has one script, or scripts that are written together', (t) => {
  const fit = [
    ...[
      'ada',
      'ada.lovelace@example.org',
      'josé',
      '42',
      'анна',
      'Ἀθηνᾶ',
      'עדה',
      'علي',
      '李雷',
      '김철수',
    ],
    ...[
      'さくら',
      'サクラ',
      'Ada さくら 李',
      'Ada 李',
      'Ada 김',
      'ㄅㄆ李',
      'कमल',
      'ᏣᎳᎩ',
      'ada 🌻',
      'ⵉⵎⴰⵣⵉⵖⵏ',
    ],
  ]
  for (const name of fit) t.ok(fitTogether(name), name)
  const apart = [
    'аda',
    'adа',
    'paypaӏ',
    'ρaypal',
    'Ada Αθηνα',
    '김さくら',
    'ㄅさ',
    'анна李',
    '𒀀𒁀',
    'Ꭺda',
  ]
  for (const name of apart) t.notOk(fitTogether(name), name)
  t.end()
})

t.test(
  'a user name that looks like that of somebody else is refused, and says whose',
  async (t) => {
    const { users } = await memoryDirectory(t)
    const paypal = await users.create({ username: 'PayPal' })
    const refused = [
      ['paypa1', 'username-confusable'],
      ['PayPaI', 'username-confusable'],
      ['\u0440\u0430\u0443\u0440\u0430\u04c0', 'username-confusable'],
      ['p\u0430ypal', 'username-scripts'],
      ['PAYPAL', 'username-taken'],
    ] as const
    for (const [username, code] of refused) {
      await t.rejects(users.create({ username }), { code, where: 'username' }, username)
    }
    await t.rejects(users.create({ username: 'paypa1' }), { message: /"PayPal"/ })
    t.equal(await users.findByUsername('paypa1'), undefined)

    const ada = await users.create({ username: 'ada' })
    await t.rejects(users.update(ada.sub, { username: 'paypa1' }), { code: 'username-confusable' })
    await t.rejects(users.update(ada.sub, { username: 'paypal' }), { code: 'username-taken' })
    const renamed = await users.update(ada.sub, { username: 'Ada1' })
    t.match(renamed, { sub: ada.sub, username: 'Ada1' })
    t.strictSame(await users.findByUsername('ADA1'), renamed)
    t.equal(await users.findByUsername('ada'), undefined, 'the old name is free')
    await users.create({ username: 'ada' })
    await t.rejects(users.create({ username: 'adaI' }), { message: /"Ada1"/ })

    await users.delete(paypal.sub)
    t.match(
      await users.create({ username: 'paypa1' }),
      { username: 'paypa1' },
      'nobody looks so now',
    )
  },
)

t.test('of 50 names at once that look alike, one is given', async (t) => {
  const directories = await sharedDirectories(t, 2)
  const [one] = directories as [Directory, Directory]
  const tails = Array.from({ length: 50 }, (_, index) =>
    Array.from({ length: 6 }, (_, bit) => ((index >> bit) & 1 ? 'l' : '1')).join(''),
  )
  const calls = tails.map((tail, index) =>
    (index % 2 ? (directories[1] as Directory) : one).users.create({ username: `bob${tail}` }),
  )
  const { won, lost } = await race(calls)
  t.equal(won.length, 1)
  t.strictSame(new Set(lost), new Set(['username-confusable']))
  t.equal((await one.users.list({ limit: 100 })).length, 1)
})

t.test(
  'names that clashed before there was the rule stay, and the oldest has the look',
  async (t) => {
    const database = new DatabaseSync(':memory:')
    database.exec('create table users (id text primary key, username text not null)')
    const insert = database.prepare('insert into users values (?, ?)')
    // More than are looked at together.
    for (let count = 0; count < 1200; count++) {
      insert.run(`u_${String(count).padStart(4, '0')}`, count % 600 === 7 ? 'paypa1' : `p${count}x`)
    }
    insert.run('u_9999', 'paypal')
    const db = new Kysely<never>({ dialect: sqliteDialect(database) })
    await userLooks(db)
    const holders = database.prepare('select user_id from user_looks where look = ?')
    for (const look of lookKeys('paypal')) t.equal(holders.get(look)?.['user_id'], 'u_0007')
    const noted = database.prepare('select distinct user_id from user_looks').all()
    t.equal(noted.length, 1199, 'everybody else has one')
    t.equal(database.prepare('select * from users').all().length, 1201)
    await db.destroy()
  },
)
