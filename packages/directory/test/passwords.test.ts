import { monitorEventLoopDelay } from 'node:perf_hooks'
import { LIMITS, StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { checkNewPassword } from '../src/checks/password.ts'
import type { PasswordOutcome } from '../src/index.ts'
import { HASHING_COST } from '../src/index.ts'
import { hashText } from '../src/passwords/argon2.ts'
import { hashingBounds, hashingQueue } from '../src/passwords/hashing-queue.ts'
import { memoryDirectory, seededRandom, testClock } from './fixtures/open-directory.ts'

const GOOD = 'correct horse battery'

/** What a refusal says apart from `why`, which is for the log. */
function answer(outcome: PasswordOutcome): string {
  return outcome.kind
}

t.test('the right password under any spelling of the user name gives the user', async (t) => {
  const { users } = await memoryDirectory(t)
  const ada = await users.create({ username: 'Ada', password: GOOD })
  for (const username of ['Ada', 'ada', 'ＡＤＡ']) {
    t.strictSame(await users.checkPassword(username, GOOD), { kind: 'ok', user: ada }, username)
  }
})

t.test('attack G1: every refusal is the same answer, only the log knows why', async (t) => {
  const { users } = await memoryDirectory(t)
  await users.create({ username: 'ada', password: GOOD })
  await users.create({ username: 'bare' })
  const { sub } = await users.create({ username: 'gone', password: GOOD })
  await users.setDisabled(sub, true)
  const cases: [string, string, string][] = [
    ['nobody', GOOD, 'unknown'],
    ['nobody', '', 'unknown'],
    ['', GOOD, 'unknown'],
    ['a\u0000da', GOOD, 'unknown'],
    ['x'.repeat(1_000_000), GOOD, 'unknown'],
    ['ada', `${GOOD} `, 'wrong'],
    ['ada', GOOD.toUpperCase(), 'wrong'],
    ['ada', '', 'wrong'],
    ['ada', '\ud800', 'wrong'],
    ['gone', GOOD, 'disabled'],
    ['gone', 'wrong password', 'disabled'],
    ['bare', '', 'no_password'],
    ['bare', GOOD, 'no_password'],
    ['ada', 'x'.repeat(LIMITS.passwordBytes + 1), 'too_long'],
    ['nobody', 'x'.repeat(LIMITS.passwordBytes + 1), 'too_long'],
  ]
  for (const [username, password, why] of cases) {
    const outcome = await users.checkPassword(username, password)
    t.strictSame(
      outcome,
      { kind: 'refused', why },
      `${JSON.stringify(username.slice(0, 9))}: ${why}`,
    )
    t.equal(answer(outcome), 'refused')
  }
})

t.test('attack G1: every refusal costs one hash, by processor time', async (t) => {
  const { users } = await memoryDirectory(t, { hashing: {} })
  await users.create({ username: 'ada', password: GOOD })
  await users.create({ username: 'bare' })
  const { sub } = await users.create({ username: 'gone', password: GOOD })
  await users.setDisabled(sub, true)
  const cases: Record<string, [string, string]> = {
    wrong: ['ada', 'wrong password'],
    unknown: ['nobody', 'wrong password'],
    'no user name': ['\u0000', 'wrong password'],
    disabled: ['gone', GOOD],
    'no password': ['bare', GOOD],
    empty: ['ada', ''],
    'no text': ['ada', '\ud800'],
  }
  const spent = new Map<string, number[]>()
  // In turns, so that a busy moment of the machine falls on all of them.
  for (let round = 0; round < 15; round++) {
    for (const [name, [username, password]] of Object.entries(cases)) {
      const before = process.cpuUsage()
      await users.checkPassword(username, password)
      const { user, system } = process.cpuUsage(before)
      spent.set(name, [...(spent.get(name) ?? []), user + system])
    }
  }
  const medianOf = (name: string) => spent.get(name)?.toSorted((a, b) => a - b)[7] ?? 0
  for (const name of Object.keys(cases)) {
    const ratio = medianOf(name) / medianOf('wrong')
    t.ok(ratio > 0.6 && ratio < 1.67, `${name} costs ${ratio.toFixed(2)} of a wrong password`)
  }
})

t.test('attack G3: limits are in bytes and nothing is cut or ends early', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada' })
  const most = LIMITS.passwordBytes
  const pairs: [string, string, string][] = [
    ['the last byte of the longest counts', 'x'.repeat(most), `${'x'.repeat(most - 1)}y`],
    ['the 73rd byte counts', 'x'.repeat(80), `${'x'.repeat(72)}yxxxxxxx`],
    ['what follows a NUL counts', 'abc\u0000defgh', 'abc\u0000xyzuv'],
    ['a NUL counts', 'abcdefgh\u0000', 'abcdefgh'],
    ['spaces count', ' abcdefgh', 'abcdefgh'],
    ['case counts', 'Abcdefgh', 'abcdefgh'],
    ['letters beyond the BMP differ', '😀😀😀😀😀😀😀😀', '😀😀😀😀😀😀😀😁'],
    ['U+FFFD is not half a pair', '\ufffdabcdefgh', '\ud800abcdefgh'],
  ]
  for (const [rule, password, other] of pairs) {
    await users.setPassword(sub, password)
    t.match(await users.checkPassword('ada', password), { kind: 'ok' }, rule)
    t.strictSame(await users.checkPassword('ada', other), { kind: 'refused', why: 'wrong' }, rule)
  }
  await users.setPassword(sub, 'Ångström№1')
  for (const same of ['Ångström№1'.normalize('NFD'), 'ÅngströmNo１']) {
    t.match(await users.checkPassword('ada', same), { kind: 'ok' }, 'NFKC twins are one password')
  }
})

t.test('what a new password has to be', (t) => {
  const cases: [string, string, string | undefined][] = [
    ['7 characters', 'abcdefg', 'password-too-short'],
    ['8 characters', 'abcdefgh', undefined],
    ['only digits', '12345678', undefined],
    ['7 letters of two units each', '😀'.repeat(7), 'password-too-short'],
    ['8 letters of two units each', '😀'.repeat(8), undefined],
    ['8 units that NFKC makes 4 letters', 'e\u0301'.repeat(4), 'password-too-short'],
    ['as many bytes as may be', 'x'.repeat(LIMITS.passwordBytes), undefined],
    ['one byte more', 'x'.repeat(LIMITS.passwordBytes + 1), 'password-too-long'],
    ['few characters of many bytes', '😀'.repeat(257), 'password-too-long'],
    ['a million characters', 'x'.repeat(1_000_000), 'password-too-long'],
    ['half a surrogate pair', 'abcdefgh\udc00', 'password-not-text'],
  ]
  for (const [rule, password, code] of cases) {
    if (code === undefined) t.doesNotThrow(() => checkNewPassword(password, 'password'), rule)
    else t.throws(() => checkNewPassword(password, 'password'), { code }, rule)
  }
  t.end()
})

t.test('no message repeats a password or a hash', async (t) => {
  const { users } = await memoryDirectory(t)
  const hash = '$argon2id$v=19$m=8,t=1,p=1$c2VjcmV0'
  for (const attempt of [
    users.create({ username: 'a', password: 'sesame!' }),
    users.create({ username: 'a', password: 'sesame!\ud800' }),
    users.create({ username: 'a', passwordHash: hash }),
    users.setPasswordHash('u_1', hash),
  ]) {
    const error = await attempt.catch((e) => e)
    t.equal(error.name, 'InputError')
    t.notMatch(error.message, /sesame|c2VjcmV0/)
  }
})

t.test('setting a password moves passwordChangedAt and ends the old one', async (t) => {
  const clock = testClock()
  const { users } = await memoryDirectory(t, { clock })
  const { sub } = await users.create({ username: 'ada', password: GOOD })
  clock.advance(60_000)
  await users.setPassword(sub, 'another password')
  t.equal((await users.find(sub))?.passwordChangedAt, 1_700_000_060)
  t.strictSame(await users.checkPassword('ada', GOOD), { kind: 'refused', why: 'wrong' })
  t.match(await users.checkPassword('ada', 'another password'), { kind: 'ok' })
})

t.test('a hash of another cost is renewed at the next sign-in, once', async (t) => {
  const cost = { memoryKiB: 16, passes: 1, lanes: 1 }
  const { users } = await memoryDirectory(t, { hashing: { cost } })
  const elsewhere = { memoryKiB: 32, passes: 2, lanes: 2 }
  const imported = await hashText(GOOD, elsewhere, seededRandom('elsewhere'))
  const { sub } = await users.create({ username: 'ada', passwordHash: imported })
  const before = await users.find(sub)
  t.match(await users.checkPassword('ada', 'wrong password'), { why: 'wrong' })
  t.match(await users.checkPassword('ada', GOOD), { kind: 'ok' })
  t.match(await users.checkPassword('ada', GOOD), { kind: 'ok' }, 'the new hash holds')
  t.strictSame(await users.find(sub), before, 'the password did not change, so nothing tells')
})

t.test('hashPassword gives what setPasswordHash takes', async (t) => {
  const { users } = await memoryDirectory(t)
  const { sub } = await users.create({ username: 'ada' })
  await users.setPasswordHash(sub, await users.hashPassword(GOOD))
  t.match(await users.checkPassword('ada', GOOD), { kind: 'ok' })
  t.match(await users.find(sub), { passwordChangedAt: 1_700_000_000 })
})

t.test('new hashes have the cost that OWASP recommends', async (t) => {
  const { users } = await memoryDirectory(t, { hashing: {} })
  t.strictSame(HASHING_COST, { memoryKiB: 19_456, passes: 2, lanes: 1 })
  t.match(await users.hashPassword(GOOD), /^\$argon2id\$v=19\$m=19456,t=2,p=1\$.{22}\$.{43}$/)
})

t.test('the queue leaves a core and a thread for everything else', (t) => {
  const inFlight = [1, 2, 3, 4, 64].map((cores) => hashingBounds(cores).inFlight)
  t.strictSame(inFlight, [1, 1, 2, 3, 3])
  t.end()
})

t.test('the queue: so many at once, so many waiting in order, the others hear busy', async (t) => {
  const queue = hashingQueue({ inFlight: 2, waiting: 3 })
  const started: number[] = []
  const finish: (() => void)[] = []
  const runs = Array.from({ length: 7 }, (_, index) =>
    queue.run(async () => {
      started.push(index)
      await new Promise<void>((resolve) => finish.push(resolve))
      if (index === 0) throw new Error('failed')
      return index
    }),
  )
  t.strictSame(await runs[5], { kind: 'busy', retryAfterSeconds: 1 })
  t.strictSame(await runs[6], { kind: 'busy', retryAfterSeconds: 1 })
  t.strictSame(started, [0, 1])
  finish[0]?.()
  await t.rejects(runs[0] as Promise<unknown>, /failed/, 'a failure gives its place back too')
  t.strictSame(started, [0, 1, 2])
  for (let next = 1; next < 5; next++) {
    finish[next]?.()
    t.strictSame(await runs[next], { kind: 'done', value: next })
  }
  t.strictSame(started, [0, 1, 2, 3, 4])
  const again = queue.run(async () => 'free')
  t.strictSame(await again, { kind: 'done', value: 'free' })
})

t.test('attack G4: 200 sign-ins at once: few hashes, busy at once for the rest', async (t) => {
  const { users } = await memoryDirectory(t, { hashing: { inFlight: 1, waiting: 31 } })
  await users.create({ username: 'ada', password: GOOD })
  const delays = monitorEventLoopDelay({ resolution: 5 })
  const order: PasswordOutcome['kind'][] = []
  delays.enable()
  const startMs = performance.now()
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const outcome = await users.checkPassword('ada', GOOD)
      order.push(outcome.kind)
      return outcome
    }),
  )
  const tookMs = performance.now() - startMs
  delays.disable()
  const busy = outcomes.filter(({ kind }) => kind === 'busy')
  t.equal(busy.length, 168)
  t.strictSame(new Set(order.slice(0, 168)), new Set(['busy']), 'they did not wait for anybody')
  t.match(busy[0], { kind: 'busy', retryAfterSeconds: 1 })
  t.equal(outcomes.filter(({ kind }) => kind === 'ok').length, 32)
  const longestMs = delays.max / 1e6
  t.ok(
    longestMs < tookMs / 3,
    `the event loop never stood still for long: ${longestMs.toFixed()} of ${tookMs.toFixed()} ms`,
  )
})

t.test('a password is not set while too many hashes wait: 503, not a wrong answer', async (t) => {
  const { users } = await memoryDirectory(t, { hashing: { inFlight: 1, waiting: 0 } })
  const first = users.hashPassword(GOOD)
  await t.rejects(users.hashPassword(GOOD), StoreUnavailable)
  t.match(await first, /^\$argon2id/)
})
