import { createHash } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { AccessTokenClaims } from '@latchkey/protocol'
import t from 'tap'
import { tokenCache } from '../src/token-cache.ts'

const outcome = { kind: 'valid', kid: 'k', claims: { exp: 7 } as AccessTokenClaims } as const
const token = (i: number, body = 'body') =>
  `head.${body}.${createHash('sha256').update(`${i}`).digest('base64url')}`

/** A cache that has been offered these tokens twice. */
function cacheOf(capacity: number, ...tokens: string[]) {
  const cache = tokenCache(capacity)
  for (const one of tokens) {
    cache.offer(one, outcome, 1)
    cache.offer(one, outcome, 1)
  }
  return cache
}

t.test('a token is remembered when it comes for the second time', async (t) => {
  const cache = tokenCache(10)
  cache.offer(token(1), outcome, 5)
  t.equal(cache.find(token(1)), undefined)
  t.equal(cache.of(outcome.claims), undefined)
  cache.offer(token(1), outcome, 6)
  t.ok(cache.of(outcome.claims))
  t.match(cache.find(token(1)), { token: token(1), expiresAt: 7, liveAtVersion: 6 })
  t.equal(cache.find(token(1))?.outcome, outcome)
})

t.test('it never holds more than its capacity, and keeps what is asked for', async (t) => {
  for (const capacity of [1, 2, 7, 100]) {
    const cache = cacheOf(capacity, token(0))
    for (let i = 1; i < 10 * capacity; i++) {
      cache.offer(token(i), outcome, 1)
      cache.offer(token(i), outcome, 1)
      if (capacity > 1) t.ok(cache.find(token(0)), `${capacity}: ${i}`)
      if (cache.size() > Math.max(2, capacity + (capacity % 2)))
        t.fail(`${cache.size()} of ${capacity}`)
    }
  }
})

t.test(
  'a token that is asked for moves to the younger generation, and is there once',
  async (t) => {
    const cache = cacheOf(4, token(1), token(2), token(3))
    t.ok(cache.find(token(1)))
    t.equal(cache.size(), 3)
  },
)

t.test('of ten thousand tokens that come in turns few keep out each other', async (t) => {
  const cache = tokenCache(20_000)
  for (let turn = 0; turn < 2; turn++) {
    for (let i = 0; i < 10_000; i++) cache.offer(token(i), outcome, 1)
  }
  t.ok(cache.size() > 9400, `${cache.size()} at the second time`)
})

t.test('a hundred thousand tokens that come once leave it as it was', async (t) => {
  const cache = cacheOf(100, token(0))
  for (let i = 1; i < 100_000; i++) cache.offer(token(i), outcome, 1)
  t.ok(cache.size() < 5, 'but for fingerprints that two tokens may share')
  t.ok(cache.find(token(0)))
})

t.test('two tokens that end alike never stand for each other', async (t) => {
  const cache = cacheOf(10, token(1, 'ada'))
  t.equal(cache.find(token(1, 'eve')), undefined)
  cache.offer(token(1, 'eve'), outcome, 1)
  cache.offer(token(1, 'eve'), outcome, 1)
  t.ok(cache.find(token(1, 'eve')))
  t.equal(cache.find(token(1, 'ada')), undefined)
  t.equal(cache.size(), 1)
})

t.test('what is kept does not keep the header that it was cut from', async (t) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const cache = tokenCache(200)
  collect()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 100; i++) {
    const header = Buffer.from(`${'x'.repeat(2 ** 19)} ${token(i)}`).toString('latin1')
    const cut = header.slice(-token(i).length)
    cache.offer(cut, outcome, 1)
    cache.offer(cut, outcome, 1)
  }
  collect()
  t.equal(cache.size(), 100)
  t.ok(process.memoryUsage().heapUsed - before < 10 * 2 ** 20, 'of 50 MiB of headers')
})

t.test('forget and clear', async (t) => {
  const cache = cacheOf(10, token(1), token(2), token(3))
  const cached = cache.find(token(1))
  if (cached) cache.forget(cached)
  t.equal(cache.find(token(1)), undefined)
  t.equal(cache.size(), 2)
  cache.clear()
  t.equal(cache.size(), 0)
})

t.test('a capacity of 0 switches it off', async (t) => {
  const cache = cacheOf(0, token(1))
  t.equal(cache.find(token(1)), undefined)
  t.equal(cache.size(), 0)
})
