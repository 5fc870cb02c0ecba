/** The rest of a verifier: rights, waiting for the feed, status, options. */
import { InputError } from '@latchkey/protocol'
import t from 'tap'
import { verifierFrom } from '../src/index.ts'
import { claims, entry, ISSUER, remember, SERVICE, scene, sign } from './scene.ts'

t.test('may decides by the grants in the claims', async (t) => {
  const { verifier } = scene()
  const caller = claims({ routes: ['GET /orders/:id', 'POST /orders', '* /reports/*'] })
  const rows: [string, string, boolean][] = [
    ['GET', '/orders/:id', true],
    ['HEAD', '/orders/:id', true],
    ['POST', '/orders', true],
    ['HEAD', '/orders', false],
    ['DELETE', '/orders/:id', false],
    ['GET', '/orders', false],
    ['DELETE', '/reports/:id', true],
    ['get', '/orders/:id', false],
  ]
  for (const [method, route, expected] of rows) {
    t.equal(verifier.may(caller, method, route), expected, `${method} ${route}`)
    t.equal(verifier.may(caller, method, route), expected, `${method} ${route} again`)
  }
  t.notOk(verifier.may(claims({ routes: [] }), 'GET', '/orders/:id'))
})

t.test('may gives the same answers for a token that is remembered', async (t) => {
  const { verifier } = scene()
  const token = sign()
  remember(verifier, token)
  for (let i = 0; i < 3; i++) {
    const verification = verifier.verify(token)
    if (verification.kind !== 'valid') throw new Error('it is not valid')
    t.ok(verifier.may(verification.claims, 'GET', '/orders/:id'))
    t.notOk(verifier.may(verification.claims, 'PUT', '/orders/:id'))
  }
})

t.test('the right of one caller is no right of another', async (t) => {
  const { verifier } = scene()
  const asks = (routes: string[]) => verifier.may(claims({ routes }), 'GET', '/orders/:id')
  for (let i = 0; i < 12; i++) {
    t.ok(asks(['POST /orders', 'GET /orders/:id']))
    t.ok(asks(['* /orders/*']))
    t.ok(asks([`GET /${i}`, 'GET /*']))
    t.notOk(asks([`GET /${i}`, 'POST /orders/:id']))
    t.notOk(asks([]))
  }
})

t.test(
  'answers are right for more routes than have numbers, with and without a catalogue',
  async (t) => {
    const routes = Array.from({ length: 100 }, (_, i) => ({ method: 'GET', pattern: `/r${i}` }))
    const granted = (i: number) => i % 7 === 0
    const token = sign({
      routes: routes.map(({ pattern }) => `GET ${pattern}`).filter((_, i) => granted(i)),
    })
    for (const published of [false, true]) {
      const { verifier } = scene()
      if (published) verifier.publishRoutes(routes)
      remember(verifier, token)
      for (let round = 0; round < 3; round++) {
        const verification = verifier.verify(token)
        if (verification.kind !== 'valid') throw new Error('it is not valid')
        const answers = routes.map(({ pattern }) =>
          verifier.may(verification.claims, 'GET', pattern),
        )
        t.same(
          answers,
          routes.map((_, i) => granted(i)),
          `${published}: ${round}`,
        )
      }
    }
  },
)

t.test('a new catalogue gives new numbers, and no answer of the old ones is left', async (t) => {
  const { verifier } = scene()
  const token = sign()
  remember(verifier, token)
  const verification = verifier.verify(token)
  if (verification.kind !== 'valid') throw new Error('it is not valid')
  const caller = verification.claims
  t.ok(verifier.may(caller, 'GET', '/orders/:id'))
  verifier.publishRoutes([
    { method: 'DELETE', pattern: '/orders/:id' },
    { method: 'GET', pattern: '/orders/:id' },
  ])
  t.notOk(verifier.may(caller, 'DELETE', '/orders/:id'))
  t.ok(verifier.may(caller, 'GET', '/orders/:id'))
})

t.test('once a catalogue is published, a route outside it is closed to everybody', async (t) => {
  const { verifier } = scene()
  const caller = claims({ routes: ['* /*'] })
  t.ok(verifier.may(caller, 'GET', '/unpublished'))
  verifier.publishRoutes([
    { method: 'GET', pattern: '/orders' },
    { method: 'POST', pattern: '/orders' },
    { method: 'HEAD', pattern: '/health' },
  ])
  t.ok(verifier.may(caller, 'GET', '/orders'))
  t.ok(verifier.may(caller, 'HEAD', '/orders'))
  t.ok(verifier.may(caller, 'HEAD', '/health'))
  t.notOk(verifier.may(caller, 'GET', '/unpublished'))
  t.notOk(verifier.may(caller, 'DELETE', '/orders'))
  t.notOk(verifier.may(caller, '__proto__', 'constructor'))
  verifier.publishRoutes([{ method: 'GET', pattern: '/unpublished' }])
  t.ok(verifier.may(caller, 'GET', '/unpublished'), 'a new catalogue replaces the old one')
  t.notOk(verifier.may(caller, 'GET', '/orders'))
})

t.test('a token that is ahead waits for the feed', async (t) => {
  const ahead = sign({ rev: [0, 1, 12] })

  t.test('until it has come', async (t) => {
    const { verifier, append, time } = scene()
    let settled = false
    const waiting = verifier.verifyCurrent(ahead).finally(() => {
      settled = true
    })
    append(entry(11, 'none'))
    await Promise.resolve()
    t.notOk(settled, 'the entry before it is not enough')
    append(entry(12, 'none'))
    t.match(await waiting, { kind: /^valid$/ })
    t.equal(time.pending, 0)
  })

  t.test('and learns what came with it', async (t) => {
    const { verifier, append } = scene()
    const waiting = verifier.verifyCurrent(ahead)
    append(entry(11, 'session', 's0_a'), entry(12, 'none'))
    t.match(await waiting, { kind: 'invalid', reason: 'session_ended' })
  })

  t.test('a snapshot helps as well', async (t) => {
    const { verifier, feed } = scene()
    const waiting = verifier.verifyCurrent(sign({ rev: [0, 2, 1] }))
    feed.setLog({ p: 0, epoch: 2, offset: 1, digest: 'x' }, [])
    t.match(await waiting, { kind: /^valid$/ })
  })

  t.test('50 ms, and then this verifier is stale', async (t) => {
    const { verifier, time } = scene()
    let settled = false
    const waiting = verifier.verifyCurrent(ahead).finally(() => {
      settled = true
    })
    time.advance(49)
    await Promise.resolve()
    t.notOk(settled)
    time.advance(1)
    t.same(await waiting, { kind: 'stale', retryAfterSeconds: 1 })
  })

  t.test('everything else is answered without waiting', async (t) => {
    const { verifier, time } = scene()
    t.match(await verifier.verifyCurrent(sign()), { kind: /^valid$/ })
    t.match(await verifier.verifyCurrent('x'), { kind: 'invalid', reason: 'malformed' })
    time.suspend(3_600_000)
    t.match(await verifier.verifyCurrent(ahead), { kind: 'stale' })
    t.equal(time.pending, 0)
  })

  t.test('closing lets nobody wait', async (t) => {
    const { verifier, time } = scene()
    const waiting = verifier.verifyCurrent(ahead)
    await verifier.close()
    t.match(await waiting, { kind: 'stale' })
    t.match(await verifier.verifyCurrent(ahead), { kind: 'stale' })
    t.equal(time.pending, 0)
  })
})

t.test('a feed that has keys and a lease already is used as it is', async (t) => {
  const { feed, time } = scene()
  const { outcome } = scene({ feed, clock: time.clock })
  t.equal(outcome(sign()), 'valid')
})

t.test(
  'after close what it knows is believed until the lease ends, and nothing is learnt',
  async (t) => {
    const { verifier, feed, time, outcome } = scene()
    await verifier.close()
    feed.setKeys([])
    t.equal(outcome(sign()), 'valid')
    time.suspend(3_600_000)
    t.equal(outcome(sign()), 'stale')
  },
)

t.test('status tells what a person on call asks first', async (t) => {
  const { verifier, append, time } = scene()
  remember(verifier, sign())
  append(entry(11, 'user', 'u_bob'))
  t.same(verifier.status(), {
    connected: true,
    leaseMs: 3_600_000,
    positions: [{ partition: 0, epoch: 1, offset: 11 }],
    keys: [{ kid: 'orders.1', alg: 'HS256', state: 'active' }],
    entries: 1,
    cachedTokens: 1,
    reconnects: 0,
  })
  time.advance(3_700_000)
  t.equal(verifier.status().leaseMs, 0)
})

t.test('options that cannot work are refused', async (t) => {
  const { feed } = scene()
  const rows: [string, Record<string, unknown>][] = [
    ['issuer', { issuer: '' }],
    ['service', { service: undefined }],
    ['cacheTokens', { cacheTokens: -1 }],
    ['cacheTokens', { cacheTokens: 1.5 }],
    ['cacheTokens', { cacheTokens: 10_000_001 }],
    ['clockSkewSeconds', { clockSkewSeconds: 61 }],
    ['clockSkewSeconds', { clockSkewSeconds: Number.NaN }],
  ]
  for (const [where, change] of rows) {
    const build = () => verifierFrom({ issuer: ISSUER, service: SERVICE, feed, ...change })
    const error = t.throws(build, InputError)
    t.match(error, { code: 'verifier-option', where })
  }
})

t.test('the skew lets an issuer be ahead, and no token live longer', async (t) => {
  const { outcome, time } = scene({ clockSkewSeconds: 2 })
  const issuedAhead = (seconds: number) => sign({ iat: claims().iat + seconds })
  t.equal(outcome(issuedAhead(2)), 'valid')
  t.equal(outcome(issuedAhead(3)), 'not_yet_valid')
  time.advance(300_000)
  t.equal(outcome(sign()), 'expired')
})

t.test('without a cache everything is decided anew, with the same outcome', async (t) => {
  const { outcome, verifier, append } = scene({ cacheTokens: 0 })
  for (let i = 0; i < 3; i++) t.equal(outcome(sign()), 'valid')
  t.equal(verifier.status().cachedTokens, 0)
  append(entry(11, 'user', 'u_ada'))
  t.equal(outcome(sign()), 'user_ended')
})
