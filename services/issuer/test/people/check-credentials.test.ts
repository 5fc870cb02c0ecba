import { ACR, StoreUnavailable } from '@latchkey/protocol'
import { deriveKey } from '@latchkey/tokens'
import t from 'tap'
import { codeSecrets } from '../../src/people/code-secrets.ts'
import { GUESSING_LIMITS, KNOWN_NETWORK_SECONDS } from '../../src/people/guessing-limits.ts'
import { shortMemory } from '../../src/people/short-memory.ts'
import { wirePeople } from '../../src/wiring/people.ts'
import { atOnce, guessingScene, inTurn } from '../fixtures/guessing-scene.ts'
import { passwordOf } from '../test-issuer.ts'

const scene = await guessingScene()
t.teardown(() => scene.issuer.close())
const { issuer, parts, checkCredentials, secrets, person, newNetwork, withCode, guess, right } =
  scene

const HOME = '192.0.2.1'
const { accountInNetwork, account, network, code: codes } = GUESSING_LIMITS

t.test('one function says how it went with password and code', async (t) => {
  const plain = await person()
  const strong = await withCode()
  const cases: [name: string, outcome: () => ReturnType<typeof right>, expected: object][] = [
    ['the password', () => right(plain, HOME), { kind: /^ok$/, acr: ACR.password, amr: ['pwd'] }],
    ['a code that nobody asked for', () => right(plain, HOME, '1'), { acr: ACR.password }],
    ['a wrong password', () => guess(plain, HOME), { kind: /^refused$/, why: 'wrong' }],
    ['nobody', () => guess('nobody', HOME), { kind: /^refused$/, why: 'unknown' }],
    ['a disabled account', () => right('eve', HOME), { kind: /^refused$/, why: 'disabled' }],
    ['no code', () => right(strong.username, HOME), { kind: /^code_required$/ }],
    ['a wrong code', () => right(strong.username, HOME, '0'), { kind: /^code_refused$/ }],
    [
      'a wrong password with the right code',
      () =>
        checkCredentials({
          ...{ username: strong.username, password: 'wrong-wrong', address: HOME },
          oneTimeCode: strong.code(),
        }),
      { kind: /^refused$/, why: 'wrong' },
    ],
    [
      'password and code, in the groups of an app',
      () => right(strong.username, HOME, strong.code().replace(/(\d{3})/, '$1 ')),
      { kind: /^ok$/, acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] },
    ],
    [
      'attack G9: the same code again',
      () => right(strong.username, HOME, strong.code()),
      { kind: /^code_refused$/, why: 'used' },
    ],
  ]
  for (const [name, outcome, expected] of cases) t.match(await outcome(), expected, name)
})

t.test(
  'attack G6: of 50 guesses at once no more are looked at than one after the other',
  async (t) => {
    const username = await person()
    const outcomes = await atOnce(50, () => guess(username, HOME))
    const { limit } = accountInNetwork
    t.same(outcomes, { refused: limit, throttled: 50 - limit })
  },
)

t.test('attack G1: whoever is throttled, the answer and its time are the same', async (t) => {
  const known = await person()
  for (const username of [known, 'nobody at all', 'eve', 'u_no_user_name']) {
    const from = newNetwork()
    for (let count = 0; count < accountInNetwork.limit; count++) {
      t.match(await guess(username, from), { kind: /^refused$/ })
    }
    const expected = { kind: 'throttled', retryAfterSeconds: accountInNetwork.windowSeconds }
    t.same(await guess(username, from), expected, username)
    t.same(await right(username, from), expected, 'also with the right password')
  }
})

t.test('attack G5: nobody is locked out for good, or by somebody elsewhere', async (t) => {
  const username = await person()
  const [thief, elsewhere] = [newNetwork(), newNetwork()]
  await inTurn(12, () => guess(username, thief))
  t.match(await right(username, elsewhere), { kind: /^ok$/ }, 'from another network')
  issuer.advance(accountInNetwork.windowSeconds - 1)
  t.match(await guess(username, thief), { kind: /^throttled$/, retryAfterSeconds: 1 })
  issuer.advance(1)
  t.match(await guess(username, thief), { kind: /^refused$/ }, 'the window ends by itself')
})

t.test(
  'attack G5: a network that an account knows stays open while a botnet guesses',
  async (t) => {
    const username = await person()
    const [home, cafe] = [newNetwork(), newNetwork()]
    t.match(await right(username, home), { kind: /^ok$/ })
    const botnet = await inTurn(account.limit + 5, () => guess(username, newNetwork()))
    t.same(botnet, { refused: account.limit, throttled: 5 })
    t.match(await right(username, cafe), { kind: /^throttled$/ }, 'a new network has to wait')
    const here = await inTurn(12, () => guess(username, home))
    t.same(
      here,
      { refused: accountInNetwork.limit, throttled: 2 },
      'the known one has its own bound',
    )
    issuer.advance(accountInNetwork.windowSeconds)
    t.match(await right(username, home), { kind: /^ok$/ })
    issuer.advance(KNOWN_NETWORK_SECONDS)
    await inTurn(account.limit, () => guess(username, newNetwork()))
    t.match(await right(username, home), { kind: /^throttled$/ }, 'a month later it is forgotten')
    issuer.advance(account.windowSeconds)
    t.match(await right(username, home), { kind: /^ok$/ })
  },
)

t.test(
  'one network guesses at many accounts, and its right sign-ins neither count nor help',
  async (t) => {
    const from = newNetwork()
    const own = await person()
    const spray = async (times: number) =>
      await inTurn(times, (index) => guess(`spray${index}`, from))
    t.same(await spray(network.limit - 1), { refused: network.limit - 1 })
    for (let count = 0; count < 5; count++) t.match(await right(own, from), { kind: /^ok$/ })
    t.same(await spray(3), { refused: 1, throttled: 2 })
    t.match(await right(own, from), { kind: /^throttled$/ })
    t.match(await right(own, newNetwork()), { kind: /^ok$/ }, 'the accounts are not to blame')
  },
)

t.test('what a blocked network sends does not use up the guesses at an account', async (t) => {
  const username = await person()
  const from = newNetwork()
  await inTurn(account.limit * 2, () => guess(username, from))
  const left = account.limit - accountInNetwork.limit
  const outcomes = await inTurn(left + 1, () => guess(username, newNetwork()))
  t.same(outcomes, { refused: left, throttled: 1 })
})

t.test(
  'attack G7: one counter for all spellings of a user name and all addresses of a network',
  async (t) => {
    const spellings = ['Ada', 'ADA', 'ada', 'ａｄａ', 'AdA']
    const outcomes = await inTurn(20, (index) =>
      guess(spellings[index % spellings.length] ?? '', `2001:db8:7:7:${index}::1`),
    )
    const { limit } = accountInNetwork
    t.same(outcomes, { refused: limit, throttled: 20 - limit })
  },
)

t.test('attack G9: codes are throttled apart from passwords, and for each account', async (t) => {
  const { username, code, sub } = await withCode()
  const other = await withCode()
  const outcomes = await inTurn(20, () => right(username, newNetwork(), '1'))
  t.same(outcomes, { code_refused: codes.limit, throttled: 20 - codes.limit })
  t.match(await right(username, HOME, code()), { kind: /^throttled$/ }, 'the right one too')
  t.match(await right(other.username, HOME, other.code()), { kind: /^ok$/ })
  issuer.advance(codes.windowSeconds)
  const twice = await atOnce(2, () => right(username, HOME, code()))
  t.same(twice, { ok: 1, code_refused: 1 }, 'a code opens one of two at once')
  const wrong = await inTurn(codes.limit - 1, () => right(username, HOME, '1'))
  t.same(wrong, { code_refused: codes.limit - 1 }, 'a right one begins anew')
  t.equal(
    await issuer.directory.users.oneTimeCodeSecret(sub).then((text) => text?.includes(code())),
    false,
  )
})

t.test(
  'attack G6: of 50 codes at once no more are looked at than one after the other',
  async (t) => {
    const { sub } = await withCode()
    const outcomes = await atOnce(50, () => scene.codes.check(sub, '1', issuer.now()))
    t.same(outcomes, { refused: codes.limit, throttled: 50 - codes.limit })
  },
)

t.test('attack G9: nobody guesses codes for days', async (t) => {
  const { username, code } = await withCode()
  const counts: Record<string, number> = {}
  for (let window = 0; window < 12; window++) {
    for (const [kind, count] of Object.entries(
      await inTurn(6, () => right(username, newNetwork(), '1')),
    )) {
      counts[kind] = (counts[kind] ?? 0) + count
    }
    issuer.advance(codes.windowSeconds)
  }
  const { limit } = GUESSING_LIMITS.codePerDay
  t.same(counts, { code_refused: limit, throttled: 72 - limit })
  t.match(await right(username, HOME, code()), { kind: /^throttled$/ })
  issuer.advance(GUESSING_LIMITS.codePerDay.windowSeconds)
  t.match(await right(username, HOME, code()), { kind: /^ok$/ })
})

t.test('attack G9: right codes of the owner give whoever guesses no more tries', async (t) => {
  const { username, code } = await withCode()
  const counts: Record<string, number> = {}
  for (let window = 0; window < 12; window++) {
    const tries = await inTurn(codes.limit - 1, () => right(username, newNetwork(), '1'))
    for (const [kind, count] of Object.entries(tries)) counts[kind] = (counts[kind] ?? 0) + count
    if (counts['throttled'] === undefined) {
      t.match(await right(username, HOME, code()), { kind: /^ok$/ }, 'nor cost tries themselves')
    }
    issuer.advance(codes.windowSeconds)
  }
  t.equal(counts['code_refused'], GUESSING_LIMITS.codePerDay.limit)
})

t.test(
  'another process learns with the next wrong guess that an account or a network is full',
  async (t) => {
    const another = wirePeople(parts).checkCredentials
    const username = await person()
    await inTurn(account.limit, () => guess(username, newNetwork()))
    const there = () => another({ username, password: 'wrong-wrong', address: newNetwork() })
    t.same(await inTurn(5, there), { refused: 1, throttled: 4 })
    t.match(await right(username, newNetwork()), { kind: /^throttled$/ })
  },
)

t.test('a right password costs one step at the store besides where the log stands', async (t) => {
  const asked: string[] = []
  const noting = <Part extends object>(part: Part, name: string): Part =>
    new Proxy(part, {
      get: (target, method) => {
        asked.push(`${name}.${String(method)}`)
        return Reflect.get(target, method)
      },
    })
  const { throttle, oneTime, log, partitions } = issuer.store
  const store = {
    ...{ partitions, log: noting(log, 'log') },
    ...{ throttle: noting(throttle, 'throttle'), oneTime: noting(oneTime, 'oneTime') },
  }
  const noted = wirePeople({ ...parts, store }).checkCredentials
  const username = await person()
  const signIn = async () => {
    asked.length = 0
    const outcome = await noted({ username, password: passwordOf(username), address: HOME })
    t.equal(outcome.kind, 'ok')
    return asked.toSorted()
  }
  t.same(await signIn(), ['log.head', 'oneTime.put', 'throttle.attempt'], 'the first one there')
  for (let count = 0; count < 3 * accountInNetwork.limit; count++) {
    t.same(await signIn(), ['log.head', 'throttle.attempt'], 'every further one')
  }
})

t.test('who mistypes and then gets it right has all tries again', async (t) => {
  const username = await person()
  const { limit } = accountInNetwork
  for (let round = 0; round < 4; round++) {
    t.same(await inTurn(limit - 1, () => guess(username, HOME)), { refused: limit - 1 })
    t.match(await right(username, HOME), { kind: /^ok$/ })
  }
})

t.test('what a process remembers is bounded, and the oldest goes first', async (t) => {
  const memory = shortMemory<number>(2)
  for (const [key, value] of [
    ['a', 1],
    ['b', 2],
    ['a', 3],
    ['c', 4],
  ] as const) {
    memory.set(key, value, 10)
  }
  t.same(
    ['a', 'b', 'c'].map((key) => memory.get(key, 9)),
    [3, undefined, 4],
  )
  t.equal(memory.get('a', 10), undefined, 'its time is over')
  memory.delete('c')
  t.equal(memory.get('c', 0), undefined)
})

t.test('attack G11: while guesses cannot be counted, no password is looked at', async (t) => {
  const looked: string[] = []
  const down = wirePeople({
    ...parts,
    store: {
      ...issuer.store,
      throttle: {
        ...issuer.store.throttle,
        attempt: async () => {
          throw new StoreUnavailable('Redis')
        },
      },
    },
    directory: {
      ...issuer.directory,
      users: {
        ...issuer.directory.users,
        checkPassword: async (username, password) => {
          looked.push(username)
          return await issuer.directory.users.checkPassword(username, password)
        },
      },
    },
  })
  const credentials = { username: 'ada', password: passwordOf('ada'), address: newNetwork() }
  await t.rejects(down.checkCredentials(credentials), StoreUnavailable)
  t.same(looked, [])
})

t.test('who was told to wait because the issuer is busy has not guessed', async (t) => {
  const username = await person()
  const busy = wirePeople({
    ...parts,
    directory: {
      ...issuer.directory,
      users: {
        ...issuer.directory.users,
        checkPassword: async () => ({ kind: 'busy', retryAfterSeconds: 2 }),
      },
    },
  })
  const address = newNetwork()
  for (let count = 0; count < network.limit + 1; count++) {
    const outcome = await busy.checkCredentials({ username, password: 'x', address })
    t.equal(outcome.kind, 'busy')
  }
  t.match(await right(username, address), { kind: /^ok$/ })
})

t.test('the secret of one account does not open in the row of another', async (t) => {
  const secret = secrets.create()
  const sealed = secrets.seal(secret, 'u_1')
  t.same(secrets.open(sealed, 'u_1'), secret)
  t.throws(() => secrets.open(sealed, 'u_2'))
  const sealingKey = deriveKey(Buffer.alloc(32, 4), 'test')
  const otherKey = codeSecrets({ ...parts, sealingKey })
  t.throws(() => otherKey.open(sealed, 'u_1'))
})
