import t from 'tap'
import { checkPasswordHash } from '../src/passwords/password-hash.ts'
import { BOUNDS, FOREIGN, PASSWORD } from './fixtures/foreign-hashes.ts'
import { memoryDirectory } from './fixtures/open-directory.ts'

t.test(
  'whoever comes with a hash from elsewhere signs in, and has one of ours from then on',
  async (t) => {
    const { users } = await memoryDirectory(t)
    for (const [index, [name, passwordHash]] of FOREIGN.entries()) {
      const username = `user${index}`
      await users.create({ username, passwordHash })
      const wrong = { kind: 'refused', why: 'wrong' }
      t.strictSame(await users.checkPassword(username, `${PASSWORD} `), wrong, name)
      t.strictSame(await users.checkPassword(username, ''), wrong, name)
      t.strictSame(await users.checkPassword(username, '\ud800'), wrong, name)
      t.match(await users.checkPassword(username, PASSWORD), { kind: /^ok$/ }, name)
      t.match(await users.checkPassword(username, PASSWORD), { kind: /^ok$/ }, `${name}, renewed`)
    }
  },
)

t.test('what is stored of a hash is what is taken again', (t) => {
  for (const [name, hash] of FOREIGN) {
    const stored = checkPasswordHash(hash, 'x')
    t.match(stored, /^\$(argon2(i|d|id)|2[aby]|scrypt|pbkdf2-sha\d+)\$/, name)
    t.equal(checkPasswordHash(stored, 'x'), stored, name)
  }
  t.end()
})

t.test('attack G3: hashes that would cost too much, or hardly anything, are refused', (t) => {
  for (const [hash, isTaken] of BOUNDS) {
    if (isTaken) t.equal(checkPasswordHash(hash, 'x'), hash)
    else t.throws(() => checkPasswordHash(hash, 'x'), { code: 'password-hash' }, hash.slice(0, 60))
  }
  t.end()
})

t.test('attack G3: bcrypt knows 72 bytes, so longer passwords match nothing', async (t) => {
  const { users } = await memoryDirectory(t)
  // Of 72 times "x", by the C library.
  const passwordHash = '$2b$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i'
  await users.create({ username: 'ada', passwordHash })
  const check = async (password: string) => (await users.checkPassword('ada', password)).kind
  t.equal(await check('x'.repeat(73)), 'refused')
  t.equal(await check(`${'x'.repeat(72)}y`), 'refused')
  t.equal(await check(`${'x'.repeat(72)}\u0000`), 'refused')
  t.equal(await check('x'.repeat(71)), 'refused')
  t.equal(await check('x'.repeat(72)), 'ok')
  t.equal(await check('x'.repeat(73)), 'refused', 'and what was renewed is the whole password')
})

t.test(
  'attack G1: after the first sign-in a hash from elsewhere costs what an unknown user costs',
  async (t) => {
    const { users } = await memoryDirectory(t, { hashing: {} })
    const [, passwordHash = ''] = FOREIGN.find(([name]) => name === 'Django, scrypt') ?? []
    await users.create({ username: 'ada', passwordHash })
    await users.checkPassword('ada', PASSWORD)
    const spent: Record<string, number[]> = { ada: [], nobody: [] }
    for (let round = 0; round < 11; round++) {
      for (const [username, list] of Object.entries(spent)) {
        const before = process.cpuUsage()
        t.match(await users.checkPassword(username, 'wrong password'), { kind: 'refused' })
        const { user, system } = process.cpuUsage(before)
        list.push(user + system)
      }
    }
    const medianOf = (list: number[] = []) => list.toSorted((a, b) => a - b)[5] ?? 0
    const ratio = medianOf(spent['ada']) / medianOf(spent['nobody'])
    t.ok(ratio > 0.6 && ratio < 1.67, `${ratio.toFixed(2)} of an unknown user`)
  },
)
