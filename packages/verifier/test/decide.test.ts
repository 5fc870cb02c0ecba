/** `verify`: lease, token, revocation, and the memory of verified tokens (attacks A9, A26, F21, J10). */
import type { EntryKind } from '@latchkey/protocol'
import t from 'tap'
import { claims, entry, key, NOW_SECONDS, remember, scene, sign } from './scene.ts'

t.test('a good token is valid, with its claims', async (t) => {
  const { verifier } = scene()
  t.match(verifier.verify(sign()), { kind: /^valid$/, claims: claims() })
})

t.test(
  'without a lease nothing is valid, and nothing is refused either (attack F21)',
  async (t) => {
    const { feed, time, outcome } = scene()
    time.advance(3_600_000 - 1)
    const fresh = sign({ iat: NOW_SECONDS + 3600, exp: NOW_SECONDS + 3900 })
    t.equal(outcome(fresh), 'valid', 'the last millisecond')
    time.advance(1)
    for (const [name, token] of [
      ['a good token', fresh],
      ['an expired one', sign()],
      ['a forged one', `${fresh.slice(0, -2)}AA`],
      ['one with an unknown key', sign({}, 2)],
      ['garbage', 'x'],
      ['nothing', ''],
    ] as const) {
      t.equal(outcome(token), 'stale', name)
    }
    feed.lend(1)
    t.equal(outcome(fresh), 'valid', 'a new lease opens at once')
  },
)

t.test('stale says when to come again', async (t) => {
  const { verifier, time } = scene()
  time.advance(3_600_000)
  t.same(verifier.verify(sign()), { kind: 'stale', retryAfterSeconds: 1 })
})

t.test('a route may go on for some seconds after the lease has ended, and no longer', async (t) => {
  const { verifier, feed, time, outcome } = scene()
  const late = sign({ iat: NOW_SECONDS + 3600, exp: NOW_SECONDS + 3900 })
  time.advance(3_600_000)
  t.equal(outcome(late, 30), 'valid')
  t.equal(outcome(sign(), 30), 'expired', 'everything else is still looked at')
  time.advance(29_999)
  t.equal(outcome(late, 30), 'valid')
  time.advance(1)
  t.equal(outcome(late, 30), 'stale')
  for (const tolerance of [0, -1, Number.NaN, 29.9]) {
    t.equal(outcome(late, tolerance), 'stale', `${tolerance}`)
  }
  await verifier.close()
  feed.lend(0)
})

t.test('where there never was a lease no tolerance helps', async (t) => {
  const { time } = scene()
  const unleased = scene({ feed: (await import('@latchkey/feed')).localFeed(time.clock) })
  for (const tolerance of [0, 1e9, Number.POSITIVE_INFINITY]) {
    t.equal(unleased.outcome(sign(), tolerance), 'stale')
  }
})

t.test(
  'every kind of entry has its reason, for a new token and for one that is remembered',
  async (t) => {
    const rows: [EntryKind, string, string][] = [
      ['token', 'j1', 'token_ended'],
      ['session', 's0_a', 'session_ended'],
      ['user', 'u_ada', 'user_ended'],
      ['client', 'web', 'client_ended'],
      ['service', 'orders', 'service_ended'],
      ['key', 'orders.1', 'key_ended'],
      ['stale', 'u_ada', 'stale'],
      ['stale', 'orders', 'stale'],
      ['all', '', 'all_ended'],
    ]
    for (const [kind, value, reason] of rows) {
      const seen = scene()
      remember(seen.verifier, sign())
      seen.append(entry(11, kind, value))
      t.equal(seen.outcome(sign()), reason, `${kind}: remembered`)
      t.equal(seen.verifier.status().cachedTokens, 0, `${kind}: and forgotten`)
      t.equal(seen.outcome(sign()), reason, `${kind}: again`)
      const unseen = scene()
      unseen.append(entry(11, kind, value))
      t.equal(unseen.outcome(sign()), reason, `${kind}: new`)
    }
  },
)

t.test('a remembered token is looked at again on every hit (attack A26)', async (t) => {
  t.test('expiry, to the millisecond', async (t) => {
    const { verifier, time, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    time.advance(299_999)
    t.equal(outcome(token), 'valid')
    time.advance(1)
    t.equal(outcome(token), 'expired')
    t.equal(verifier.status().cachedTokens, 0)
  })

  t.test('the lease', async (t) => {
    const { verifier, time, feed, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    time.suspend(3_600_000)
    t.equal(outcome(token), 'stale')
    time.suspend(-3_600_000)
    t.equal(outcome(token), 'valid')
    feed.lend(1)
  })

  t.test('revocation, also by a snapshot', async (t) => {
    const { verifier, feed, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    const position = { p: 0, epoch: 1, offset: 12, digest: 'c' }
    feed.setLog(position, [entry(12, 'user', 'u_bob')])
    t.equal(outcome(token), 'valid', 'one that concerns somebody else')
    feed.setLog({ ...position, offset: 13 }, [entry(13, 'user', 'u_ada')])
    t.equal(outcome(token), 'user_ended')
  })

  t.test('its key', async (t) => {
    const { verifier, feed, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    feed.setKeys([key(1).feedKey, key(2).feedKey])
    t.equal(outcome(token), 'valid', 'another key beside it')
    remember(verifier, sign({ jti: 'j2' }))
    feed.setKeys([key(2).feedKey])
    t.equal(outcome(token), 'unknown_kid')
    t.equal(outcome(sign({ jti: 'j2' })), 'unknown_kid')
  })

  t.test('a kid that stands for other bytes now', async (t) => {
    const { verifier, feed, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    feed.setKeys([{ ...key(2).feedKey, kid: 'orders.1' }])
    t.equal(outcome(token), 'bad_signature')
  })

  t.test('the text: a variant misses and is refused', async (t) => {
    const { verifier, outcome } = scene()
    const token = sign()
    remember(verifier, token)
    const [header, payload, signature = ''] = token.split('.')
    const other = sign({ sub: 'u_eve' }).split('.')[1]
    for (const variant of [
      `${header}.${other}.${signature}`,
      `${header}.${payload}.A${signature.slice(1)}`,
      `${token} `,
      ` ${token}`,
      `${token}.`,
      `${token}\0`,
      token.slice(1),
      signature,
      signature.slice(-12),
    ]) {
      t.notOk(['valid', 'stale'].includes(outcome(variant)), JSON.stringify(variant.slice(-20)))
    }
    t.equal(outcome(token), 'valid')
  })
})

t.test('a hit gives the same object, which nobody can change', async (t) => {
  const { verifier } = scene()
  const token = sign()
  remember(verifier, token)
  const first = verifier.verify(token)
  t.equal(verifier.verify(token), first)
  if (first.kind !== 'valid') throw new Error('it is not valid')
  t.throws(() => {
    ;(first.claims as { sub: string }).sub = 'u_eve'
  }, TypeError)
  t.ok(Object.isFrozen(first.claims.routes))
})

t.test('a hit is judged once after each change, and not at all without one', async (t) => {
  const { verifier, feed, append, outcome } = scene()
  const token = sign()
  remember(verifier, token)
  let judged = 0
  const { judge } = feed.replica
  Object.defineProperty(feed.replica, 'judge', {
    value: (...args: Parameters<typeof judge>) => {
      judged += 1
      return judge(...args)
    },
  })
  outcome(token)
  t.equal(judged, 0)
  append(entry(11, 'user', 'u_bob'))
  outcome(token)
  outcome(token)
  t.equal(judged, 1)
})

t.test('the same keys again leave what is remembered', async (t) => {
  const { verifier, feed } = scene()
  remember(verifier, sign())
  feed.setKeys([key(1).feedKey])
  t.equal(verifier.status().cachedTokens, 1)
})

t.test('refusals are never remembered', async (t) => {
  const { verifier, outcome } = scene()
  const forged = `${sign().slice(0, -2)}AA`
  for (let i = 0; i < 5; i++) {
    t.not(outcome(forged), 'valid')
    t.not(outcome(sign({ exp: NOW_SECONDS - 1, iat: NOW_SECONDS - 100 })), 'valid')
  }
  t.equal(verifier.status().cachedTokens, 0)
})

t.test('ten thousand unknown keys cost nothing that stays (attack A9)', async (t) => {
  const { verifier, outcome } = scene()
  const [, payload, signature] = sign().split('.')
  for (let i = 0; i < 10_000; i++) {
    const header = { alg: 'HS256', typ: 'at+jwt', kid: `orders.${i + 10}` }
    const segment = Buffer.from(JSON.stringify(header)).toString('base64url')
    if (outcome(`${segment}.${payload}.${signature}`) !== 'unknown_kid') t.fail(segment)
  }
  t.match(verifier.status(), { cachedTokens: 0, keys: [{ kid: 'orders.1' }] })
})

t.test('a key that cannot be used does not take the others with it', async (t) => {
  const { feed, outcome, logged, verifier } = scene()
  const jwk = { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }
  feed.setKeys([{ kid: 'orders.7', alg: 'ES256', state: 'active', jwk }, key(1).feedKey])
  t.equal(outcome(sign()), 'valid')
  t.match(logged, [{ kid: 'orders.7' }])
  t.match(verifier.status().keys, [{ kid: 'orders.1' }])
})

t.test('what is no text is malformed', async (t) => {
  const { outcome } = scene()
  for (const value of [undefined, null, 7, {}, []]) {
    t.equal(outcome(value as unknown as string), 'malformed')
  }
})

t.test('a token that is ahead is told apart, because waiting helps', async (t) => {
  const { outcome } = scene()
  t.equal(outcome(sign({ rev: [0, 1, 11] })), 'ahead')
  t.equal(outcome(sign({ rev: [0, 2, 1] })), 'ahead')
  t.equal(outcome(sign({ rev: [3, 1, 1] })), 'ahead')
})
