import t from 'tap'
import { tokenCache } from '../src/token-cache.ts'
import type { AccessToken } from '../src/token-response.ts'
import { testTime } from './fixtures/local-cluster.ts'

/** Numbered tokens of a given life, handed out when `release` is called (or at once). */
function source(time: ReturnType<typeof testTime>, lifeMs = 300_000) {
  let count = 0
  let fail: Error | undefined
  return {
    get asked() {
      return count
    },
    failWith(error: Error | undefined) {
      fail = error
    },
    obtain: async (): Promise<AccessToken> => {
      count++
      if (fail) throw fail
      const issuedAtMs = time.clock.monotonicMs()
      const scheme = 'Bearer'
      return { text: `token-${count}`, scheme, issuedAtMs, expiresAtMs: issuedAtMs + lifeMs }
    },
  }
}

t.test('a token serves until it expires', async (t) => {
  const time = testTime()
  const cache = tokenCache(10, time.clock)
  const tokens = source(time)
  const use = async () => (await cache.get('k', tokens.obtain)).text
  t.equal(await use(), 'token-1')
  time.passMs(239_999)
  t.equal(await use(), 'token-1')
  t.equal(tokens.asked, 1, 'the last moment without a successor')
  time.passMs(1)
  const early = await Promise.all([use(), use()])
  t.strictSame(early, ['token-1', 'token-1'], 'with a fifth of its life left it still serves')
  t.equal(tokens.asked, 2, 'while the successor is fetched')
  t.equal(await use(), 'token-2')
  t.equal(tokens.asked, 2)
  time.passMs(299_999)
  t.equal(await use(), 'token-2', 'the last moment of its life')
  t.equal(await use(), 'token-3')
  time.passMs(300_000)
  t.equal(await use(), 'token-4', 'an expired token never serves')
})

t.test(
  'a successor that cannot be had is tried again a little later, and spoils nothing',
  async (t) => {
    const time = testTime()
    const cache = tokenCache(10, time.clock)
    const tokens = source(time)
    const use = async () => (await cache.get('k', tokens.obtain)).text
    await use()
    time.passMs(240_000)
    tokens.failWith(new Error('issuer down'))
    t.equal(await use(), 'token-1')
    t.equal(await use(), 'token-1')
    t.equal(tokens.asked, 2, 'not with every call')
    time.passMs(999)
    await use()
    t.equal(tokens.asked, 2)
    time.passMs(1)
    t.equal(await use(), 'token-1')
    t.equal(tokens.asked, 3)
    time.passMs(60_000)
    await t.rejects(use(), { message: 'issuer down' }, 'until it has expired')
    tokens.failWith(undefined)
    t.equal(await use(), 'token-5')
  },
)

t.test(
  'a dropped token is not given out again; dropping another one changes nothing',
  async (t) => {
    const time = testTime()
    const cache = tokenCache(10, time.clock)
    const tokens = source(time)
    const first = await cache.get('k', tokens.obtain)
    cache.drop('k', { ...first })
    t.equal(await cache.get('k', tokens.obtain), first)
    cache.drop('k', first)
    const second = await cache.get('k', tokens.obtain)
    t.equal(second.text, 'token-2')
    cache.drop('k', first)
    t.equal(await cache.get('k', tokens.obtain), second, 'a late refusal of the old one')
    cache.drop('unknown', first)
  },
)

t.test('the token that was not used for the longest gives way', async (t) => {
  const time = testTime()
  const cache = tokenCache(2, time.clock)
  const tokens = source(time)
  const use = async (key: string) => (await cache.get(key, tokens.obtain)).text
  t.strictSame(
    [await use('a'), await use('b'), await use('a'), await use('c')],
    ['token-1', 'token-2', 'token-1', 'token-3'],
  )
  t.equal(await use('a'), 'token-1', 'used since')
  t.equal(await use('b'), 'token-4', 'forgotten')
})

t.test('a failure is not remembered', async (t) => {
  const time = testTime()
  const cache = tokenCache(10, time.clock)
  const tokens = source(time)
  tokens.failWith(new Error('issuer down'))
  const both = await Promise.allSettled([
    cache.get('k', tokens.obtain),
    cache.get('k', tokens.obtain),
  ])
  t.match(both, [{ status: 'rejected' }, { status: 'rejected' }])
  t.equal(tokens.asked, 1, 'those who waited together share it')
  tokens.failWith(undefined)
  t.equal((await cache.get('k', tokens.obtain)).text, 'token-2')
})
