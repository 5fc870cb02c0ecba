import t from 'tap'
import {
  ACR,
  END_REASONS,
  InputError,
  isUserSubject,
  LIMITS,
  machineSubject,
  nowSeconds,
  reachesAcr,
  StoreUnavailable,
  systemClock,
  systemScheduler,
} from '../src/index.ts'

t.test('people and machines can never be the same subject (RFC 9068 section 5)', async (t) => {
  t.ok(isUserSubject('u_01ARZ3NDEKTSV4RRFFQ69G5FAV'))
  for (const clientId of ['orders', 'u_01ARZ3NDEKTSV4RRFFQ69G5FAV', '']) {
    t.notOk(isUserSubject(machineSubject(clientId)), `client "${clientId}"`)
  }
  t.notOk(isUserSubject('issuer'))
})

t.test('a refused input says where, what was expected and what came', async (t) => {
  const facts = { received: '"amdin"', expected: 'a declared role' }
  t.match(new InputError('unknown-role', facts), {
    name: 'InputError',
    code: 'unknown-role',
    ...facts,
    where: undefined,
    message: 'expected a declared role, received "amdin" [unknown-role]',
  })
  t.match(new InputError('unknown-role', { ...facts, where: 'users[2].roles[0]' }), {
    where: 'users[2].roles[0]',
    message: 'users[2].roles[0]: expected a declared role, received "amdin" [unknown-role]',
  })
})

t.test('an unavailable store asks for another try after one second, or as told', async (t) => {
  const cause = new Error('connect ECONNREFUSED')
  t.match(new StoreUnavailable('redis', { cause }), {
    name: 'StoreUnavailable',
    message: 'redis is unavailable',
    retryAfterSeconds: 1,
    cause,
  })
  t.equal(new StoreUnavailable('redis', { retryAfterSeconds: 5 }).retryAfterSeconds, 5)
  t.notOk('cause' in new StoreUnavailable('redis'))
})

t.test('why a store is unavailable is what the innermost cause says', async (t) => {
  const coded = (message: string, code: string) => Object.assign(new Error(message), { code })
  const outer = (cause: unknown) => new Error('no connection', { cause })
  const cases: [cause: unknown, why: string | undefined][] = [
    [coded('connect ECONNREFUSED ::1:1', 'ECONNREFUSED'), 'connect ECONNREFUSED ::1:1'],
    [outer(coded('database "x" does not exist', '3D000')), 'database "x" does not exist, 3D000'],
    [outer(coded('', 'ECONNREFUSED')), 'ECONNREFUSED'],
    [outer('a text'), undefined],
    [undefined, undefined],
  ]
  for (const [cause, why] of cases) t.equal(new StoreUnavailable('redis', { cause }).why, why)
  const loop = new Error('loop')
  loop.cause = loop
  t.equal(new StoreUnavailable('redis', { cause: loop }).why, 'loop')
})

t.test('limits that depend on each other fit together', async (t) => {
  t.ok(LIMITS.accessTokenSeconds <= LIMITS.accessTokenMaxSeconds)
  t.ok(LIMITS.sessionIdleSeconds <= LIMITS.sessionAbsoluteSeconds)
  t.ok(LIMITS.leaseMs <= LIMITS.leaseMaxMs)
  t.ok(LIMITS.routesListBytes < LIMITS.tokenBytes)
  // A refresh answer that is repeated must not outlive the token that it carried.
  t.ok(LIMITS.refreshGraceSeconds < LIMITS.accessTokenSeconds)
})

t.test('each reason for ending something is one snake_case word, named once', async (t) => {
  for (const reason of END_REASONS) t.match(reason, /^[a-z]+(_[a-z]+)*$/)
  t.equal(new Set(END_REASONS).size, END_REASONS.length)
})

t.test('NumericDate is the whole second that has begun (RFC 7519 section 2)', async (t) => {
  for (const [nowMs, seconds] of [
    [0, 0],
    [999, 0],
    [1000, 1],
    [1_795_392_000_999, 1_795_392_000],
  ] as const) {
    t.equal(nowSeconds({ nowMs: () => nowMs }), seconds)
  }
})

t.test('the clock of the system goes forward', async (t) => {
  const [before, start] = [Date.now(), systemClock.monotonicMs()]
  t.ok(systemClock.nowMs() >= before)
  t.ok(systemClock.monotonicMs() >= start)
})

t.test('a task of the system runs once, unless it is called off', async (t) => {
  const ran: string[] = []
  const callOff = systemScheduler.after(0, () => ran.push('called off'))
  await new Promise<void>((resolve) => {
    systemScheduler.after(0, () => ran.push('first'))
    callOff()
    systemScheduler.after(1, resolve)
  })
  t.strictSame(ran, ['first'])
})

t.test(
  'a stronger sign-in reaches what a weaker one does, and strangers only themselves',
  async (t) => {
    const rows: [string, string, boolean][] = [
      [ACR.password, ACR.password, true],
      [ACR.mfa, ACR.password, true],
      [ACR.mfa, ACR.mfa, true],
      [ACR.password, ACR.mfa, false],
      ['urn:example:gold', 'urn:example:gold', true],
      ['urn:example:gold', ACR.password, false],
      [ACR.mfa, 'urn:example:gold', false],
      ['', ACR.password, false],
    ]
    for (const [acr, wanted, reached] of rows) {
      t.equal(reachesAcr(acr, wanted), reached, `${acr} for ${wanted}`)
    }
  },
)
