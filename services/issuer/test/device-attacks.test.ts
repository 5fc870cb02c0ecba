import { systemRandom } from '@latchkey/protocol'
import t from 'tap'
import { newUserCode, shownUserCode } from '../src/device/user-code.ts'
import { deviceScene } from './fixtures/device-scene.ts'
import { hiddenFields, ISSUER, type TestBrowser } from './test-issuer.ts'

const scene = await deviceScene()
t.teardown(() => scene.issuer.close())
const { issuer, start, poll, browserOf, signIn, type, answer, allow } = scene

t.test('attack D16: a decision belongs to the session that typed the code', async (t) => {
  const { device_code, user_code } = await start()
  const victim = await browserOf('ada')
  const page = await type(user_code, victim)
  const fields: Record<string, string> = { ...hiddenFields(page.body), decision: 'allow' }
  const attacker = await browserOf('bob')
  const own = hiddenFields((await type((await start()).user_code, attacker)).body)
  const begun: [string, TestBrowser, Record<string, string>][] = [
    ['the form of one browser in another', attacker, fields],
    ['with the other browser’s own token', attacker, { ...fields, csrf: own['csrf'] ?? '' }],
    [
      'and its own account',
      attacker,
      { ...fields, csrf: own['csrf'] ?? '', account: own['account'] ?? '' },
    ],
    [
      'its own proof for the device of somebody else',
      attacker,
      { ...own, device: fields['device'] ?? '', decision: 'allow' },
    ],
    ['without a proof', victim, { ...fields, proof: '' }],
    [
      'with a code that was never looked up',
      victim,
      { ...fields, device: '{"userCode":"BCDFGHJK"}' },
    ],
    ['without a decision', victim, { ...fields, decision: 'maybe' }],
    ['without a token of the browser', victim, { ...fields, csrf: '' }],
  ]
  for (const [name, browser, form] of begun) {
    const refused = await browser.submit('/device/decision', form)
    t.strictSame([refused.statusCode, refused.headers.location], [303, `${ISSUER}/device`], name)
  }
  issuer.advance(5)
  t.equal((await poll(device_code)).json().error, 'authorization_pending')

  t.equal((await victim.submit('/device/decision', fields)).statusCode, 200, 'its own form is good')
  t.match(
    (await victim.submit('/device/decision', fields)).body,
    'not good, or not any more',
    'once',
  )
  t.equal((await poll(device_code)).statusCode, 200)
})

t.test(
  'attack D16: not after another sign-in, not after the session has ended, not after ten minutes',
  async (t) => {
    const spoil: [string, (browser: TestBrowser) => Promise<unknown>][] = [
      [
        'another sign-in',
        async (browser) => {
          issuer.advance(1)
          const page = await browser.get('/device')
          await browser
            .submit('/device', { ...hiddenFields(page.body), other: '1' })
            .then((form) => signIn(form, 'ada', browser))
        },
      ],
      [
        'an end',
        async () =>
          issuer.end({ kind: 'user', sub: await issuer.sub('ada') }, 'admin', { sub: 'issuer' }),
      ],
      ['ten minutes', async () => issuer.advance(600)],
    ]
    for (const [name, happen] of spoil) {
      const browser = await browserOf()
      const page = await type((await start()).user_code, browser)
      await happen(browser)
      t.equal((await answer(page, browser)).statusCode, 303, name)
    }
  },
)

t.test('attack D16: guessing is limited for each person, each network and all', async (t) => {
  const browser = await browserOf('bob')
  const right = await start()
  const first = await type('BBBB-BBBB', browser)
  t.equal(first.statusCode, 400)
  const strip = (body: string) => body.replaceAll(/value="[^"]*"/g, '')
  for (let tries = 1; tries < 9; tries += 1) {
    const wrong = tries % 2 === 0 ? 'nonsense' : shownUserCode(newUserCode(systemRandom))
    const page = await type(wrong, browser)
    t.equal(strip(page.body), strip(first.body), 'whatever is wrong, the page is the same')
    t.match(
      (await type(right.user_code, browser)).body,
      'name="decision"',
      'right ones do not count',
    )
  }
  t.equal((await type('BBBB-BBBC', browser)).statusCode, 400, 'the tenth')
  const blocked = await type(right.user_code, browser)
  t.equal(blocked.statusCode, 429)
  t.equal(blocked.headers['retry-after'], '600')
  t.notMatch(blocked.body, 'name="decision"', 'a right one is not told either')
  t.equal(
    (await type(right.user_code, await browserOf('bob'))).statusCode,
    429,
    'nor in another browser',
  )
  t.match(
    (await type(right.user_code, await browserOf('ada'))).body,
    'name="decision"',
    'others go on',
  )
  issuer.advance(600)
  t.equal((await type('BBBB-BBBB', browser)).statusCode, 400)

  const now = issuer.now()
  const use = async (purpose: string, key: string, count: number) => {
    for (let i = 0; i < count; i += 1) {
      await issuer.store.throttle.attempt(purpose, key, { limit: 1e6, windowSeconds: 600 }, now)
    }
  }
  const ada = await browserOf('ada')
  await use('device-network', '127.0.0.1', 100)
  t.equal((await type('BBBB-BBBB', ada)).statusCode, 429, 'a network')
  await issuer.store.throttle.clear('device-network', '127.0.0.1')
  await use('device-all', '', 3000)
  t.equal((await type('BBBB-BBBB', ada)).statusCode, 429, 'all together')
  await issuer.store.throttle.clear('device-all', '')
})

t.test('attack G8: disabled people and clients get nothing, however far they were', async (t) => {
  const bob = await issuer.sub('bob')
  const cases: [string, () => Promise<unknown>, () => Promise<unknown>, string][] = [
    [
      'a disabled person',
      () => issuer.directory.users.setDisabled(bob, true),
      () => issuer.directory.users.setDisabled(bob, false),
      'invalid_grant',
    ],
    [
      'an ended session',
      () => issuer.end({ kind: 'user', sub: bob }, 'user_disabled', { sub: 'issuer' }),
      async () => {},
      'invalid_grant',
    ],
    [
      'a disabled client',
      () => issuer.directory.clients.setDisabled('tv', true),
      () => issuer.directory.clients.setDisabled('tv', false),
      'invalid_client',
    ],
  ]
  for (const [name, happen, restore, error] of cases) {
    const { device_code, user_code } = await start()
    await allow(user_code, await browserOf('bob'))
    await happen()
    t.equal((await poll(device_code)).json().error, error, name)
    await restore()
  }
  const { user_code } = await start()
  const browser = await browserOf('bob')
  const page = await type(user_code, browser)
  await issuer.directory.clients.setDisabled('tv', true)
  t.match((await answer(page, browser)).body, 'not good, or not any more')
  t.match((await type(user_code, browser)).body, 'not good, or not any more')
  await issuer.directory.clients.setDisabled('tv', false)
})
