import t from 'tap'
import {
  newCode,
  newSessionId,
  partitionOfCode,
  partitionOfSession,
  partitionOfSubject,
  type Random,
  randomId,
  systemRandom,
} from '../src/index.ts'

/** Every byte the same: what comes out shows which bytes went in. */
const constant = (byte: number): Random => ({ bytes: (count) => Buffer.alloc(count, byte) })

t.test('an id is made of as many random bits as its purpose needs', async (t) => {
  t.equal(randomId(constant(0)), 'A'.repeat(22), '128 bits')
  t.equal(randomId(constant(0xff)), `${'_'.repeat(21)}w`)
  t.equal(newSessionId(constant(0), 7), `s7_${'A'.repeat(22)}`, '128 bits')
  t.equal(newCode(constant(0), 7), `c7_${'A'.repeat(43)}`, '256 bits: a code is a credential')
})

t.test('two ids from the system differ', async (t) => {
  t.not(newSessionId(systemRandom, 0), newSessionId(systemRandom, 0))
  t.not(newCode(systemRandom, 0), newCode(systemRandom, 0))
})

t.test('ids name the partition they were made for', async (t) => {
  for (const partition of [0, 1, 42, 9999]) {
    t.equal(partitionOfSession(newSessionId(systemRandom, partition)), partition)
    t.equal(partitionOfCode(newCode(systemRandom, partition)), partition)
  }
})

t.test('what is no id names no partition', async (t) => {
  const tail = (length: number) => 'A'.repeat(length)
  const cases: [title: string, id: (kind: string, length: number) => string][] = [
    ['empty', () => ''],
    ['another kind', (_, length) => `x0_${tail(length)}`],
    ['no partition', (kind, length) => `${kind}_${tail(length)}`],
    ['a negative partition', (kind, length) => `${kind}-1_${tail(length)}`],
    ['five digits', (kind, length) => `${kind}12345_${tail(length)}`],
    ['one character less', (kind, length) => `${kind}0_${tail(length - 1)}`],
    ['one character more', (kind, length) => `${kind}0_${tail(length + 1)}`],
    ['base64 of the other alphabet', (kind, length) => `${kind}0_${tail(length - 1)}+`],
    ['something before it', (kind, length) => ` ${kind}0_${tail(length)}`],
    ['a new line after it', (kind, length) => `${kind}0_${tail(length)}\n`],
  ]
  for (const [title, id] of cases) {
    t.equal(partitionOfSession(id('s', 22)), undefined, `session: ${title}`)
    t.equal(partitionOfCode(id('c', 43)), undefined, `code: ${title}`)
  }
  t.equal(partitionOfSession(newCode(systemRandom, 0)), undefined, 'a code is no session')
  t.equal(partitionOfCode(newSessionId(systemRandom, 0)), undefined, 'a session is no code')
})

t.test('every process puts a subject into the same partition', async (t) => {
  // Published results of 32-bit FNV-1a. A change here would lose every session of a running cluster.
  const hashes: [text: string, hash: number][] = [
    ['', 0x811c9dc5],
    ['a', 0xe40c292c],
    ['foobar', 0xbf9cf968],
  ]
  for (const [text, hash] of hashes) {
    t.equal(partitionOfSubject(text, 2 ** 32), hash)
    t.equal(partitionOfSubject(text, 16), hash % 16)
  }
  t.equal(partitionOfSubject('u_anybody', 1), 0, 'one partition holds everybody')
})

t.test('subjects spread over the partitions', async (t) => {
  const counts = new Array<number>(8).fill(0)
  for (let i = 0; i < 8000; i++) {
    const partition = partitionOfSubject(`u_${randomId(systemRandom)}`, counts.length)
    counts[partition] = (counts[partition] ?? 0) + 1
  }
  // 1,000 expected in each, standard deviation 30: 200 off does not happen by chance.
  t.ok(
    counts.every((count) => Math.abs(count - 1000) < 200),
    counts.join(' '),
  )
})

t.test(
  'random bytes are as many as asked, never the same, and nobody else holds them',
  async (t) => {
    const seen = new Set<string>()
    for (const count of [0, 1, 16, 32, 4095, 4096, 4097, 10_000]) {
      t.equal(systemRandom.bytes(count).length, count)
    }
    for (let i = 0; i < 2000; i++) seen.add(systemRandom.bytes(16).toString('hex'))
    t.equal(seen.size, 2000)
    const mine = systemRandom.bytes(16)
    const before = mine.toString('hex')
    systemRandom.bytes(16).fill(0xff)
    t.equal(mine.toString('hex'), before)
    t.not(systemRandom.bytes(32).toString('hex'), '00'.repeat(32))
  },
)
