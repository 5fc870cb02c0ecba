/** `watch`: told once, at once, and only when it concerns these claims. */
import type { AccessTokenClaims, EntryKind, LogEntry } from '@latchkey/protocol'
import t from 'tap'
import { claims, entry, key, remember, scene, sign } from './scene.ts'

/** A scene with one watcher; `told` collects what it hears. */
function watched(change: Partial<AccessTokenClaims> = {}) {
  const one = scene()
  const told: string[] = []
  const stop = one.verifier.watch(claims(change), (reason) => told.push(reason))
  return { ...one, told, stop }
}

t.test('an entry that ends these claims is told at once, and only once', async (t) => {
  const rows: [EntryKind, string, string][] = [
    ['token', 'j1', 'token_ended'],
    ['session', 's0_a', 'session_ended'],
    ['user', 'u_ada', 'user_ended'],
    ['client', 'web', 'client_ended'],
    ['client', 'reports', 'client_ended'],
    ['service', 'orders', 'service_ended'],
    ['key', 'orders.1', 'key_ended'],
    ['stale', 'u_ada', 'stale'],
    ['stale', 'orders', 'stale'],
    ['all', '', 'all_ended'],
  ]
  for (const [kind, value, reason] of rows) {
    const { append, told, time } = watched({ act: { sub: 'svc:reports' } })
    append(entry(11, kind, value))
    t.same(told, [reason], `${kind} ${value}`)
    append(entry(12, kind, value), entry(13, 'all'))
    time.advance(900_000)
    t.same(told, [reason], `${kind} ${value}: no more`)
    t.equal(time.pending, 0, `${kind} ${value}: no timer is left`)
  }
})

t.test('an entry about somebody else, or older than the token, is not told', async (t) => {
  const rows: [EntryKind, string][] = [
    ['token', 'j2'],
    ['session', 's0_b'],
    ['user', 'u_bob'],
    ['client', 'u_ada'],
    ['key', 'orders.2'],
    ['stale', 'u_bob'],
    ['none', ''],
  ]
  const { append, told, feed } = watched()
  rows.forEach(([kind, value], i) => {
    append(entry(11 + i, kind, value))
  })
  t.same(told, [])
  const newer: string[] = []
  const { verifier, append: more } = scene()
  verifier.watch(claims({ rev: [0, 1, 12] }), (reason) => newer.push(reason))
  more(entry(11, 'user', 'u_ada'), entry(12, 'all'))
  t.same(newer, [])
  more(entry(13, 'user', 'u_ada'))
  t.same(newer, ['user_ended'])
  feed.lend(1)
})

t.test('a snapshot is looked at like entries', async (t) => {
  const { feed, told } = watched()
  feed.setLog({ p: 0, epoch: 2, offset: 1, digest: 'x' }, [])
  t.same(told, [], 'a new epoch alone ends nothing')
  feed.setLog({ p: 0, epoch: 2, offset: 2, digest: 'y' }, [entry(2, 'user', 'u_ada')])
  t.same(told, ['user_ended'])
})

t.test('expiry is told to the millisecond, also after the clock was set', async (t) => {
  const { time, told } = watched()
  time.advance(299_999)
  t.same(told, [])
  time.advance(1)
  t.same(told, ['expired'])

  const back = watched()
  back.time.setWall(-10_000)
  back.time.advance(300_000)
  t.same(back.told, [], 'set back: it waits again')
  back.time.advance(10_000)
  t.same(back.told, ['expired'])
})

t.test('claims that have ended already are told before watch returns', async (t) => {
  const { verifier, append, time } = scene()
  append(entry(11, 'session', 's0_a'))
  const told: string[] = []
  const stop = verifier.watch(claims(), (reason) => told.push(reason))
  verifier.watch(claims({ sid: 's0_b', exp: claims().iat }), (reason) => told.push(reason))
  t.same(told, ['session_ended', 'expired'])
  stop()
  t.equal(time.pending, 0)
})

t.test('a watcher that was stopped hears nothing and leaves nothing', async (t) => {
  const { append, told, stop, time } = watched()
  stop()
  stop()
  append(entry(11, 'all'))
  t.same(told, [])
  t.equal(time.pending, 0)
})

t.test('keys', async (t) => {
  t.test('the end of another key does not concern a token that is known', async (t) => {
    const { verifier, feed, append } = scene()
    feed.setKeys([key(1).feedKey, key(2).feedKey])
    const token = sign()
    remember(verifier, token)
    const verification = verifier.verify(token)
    if (verification.kind !== 'valid') throw new Error('it is not valid')
    const told: string[] = []
    verifier.watch(verification.claims, (reason) => told.push(reason))
    append(entry(11, 'key', 'orders.2'))
    feed.setKeys([key(1).feedKey])
    t.same(told, [])
    feed.setKeys([key(2).feedKey])
    t.same(told, ['unknown_kid'])
  })

  t.test(
    'where the key is not known for certain, the end of each that it may be counts',
    async (t) => {
      const { verifier, feed, append } = scene()
      feed.setKeys([key(1).feedKey, key(2).feedKey])
      const told: string[] = []
      verifier.watch(claims(), (reason) => told.push(reason))
      feed.setKeys([key(2).feedKey])
      t.same(told, [], 'rotation alone ends nothing while one of them is there')
      append(entry(11, 'key', 'orders.1'))
      t.same(told, ['key_ended'])
    },
  )

  t.test('no key at all', async (t) => {
    const { feed, told } = watched()
    feed.setKeys([])
    t.same(told, ['unknown_kid'])
  })
})

t.test('why something ended is handed on, with the entry that ended it', async (t) => {
  const rows: [LogEntry, string, string | undefined][] = [
    [{ ...entry(11, 'session', 's0_a'), r: 'admin' }, 'session_ended', 'admin'],
    [{ ...entry(11, 'user', 'u_ada'), r: 'password_changed' }, 'user_ended', 'password_changed'],
    [{ ...entry(11, 'token', 'j1'), r: 'token_revoked' }, 'token_ended', 'token_revoked'],
    [entry(11, 'session', 's0_a'), 'session_ended', undefined],
  ]
  for (const [line, reason, why] of rows) {
    const { verifier, append } = scene()
    const told: unknown[] = []
    verifier.watch(claims(), (...facts) => told.push(facts))
    append(line)
    t.strictSame(told, [[reason, why]], reason)
  }
  const { verifier, append, time } = scene()
  const told: unknown[] = []
  verifier.watch(claims(), (...facts) => told.push(facts))
  time.stall(300_000)
  append({ ...entry(11, 'session', 's0_a'), r: 'admin' })
  t.strictSame(told, [['expired', undefined]], 'it had expired before')
})

t.test('an end costs the sockets of its session, not those of 10,000 others', async (t) => {
  const { verifier, append, feed } = scene()
  const told: string[] = []
  for (let i = 0; i < 10_000; i++) {
    verifier.watch(claims({ sid: `s0_${i}`, jti: `t${i}` }), () => told.push(`s0_${i}`))
  }
  let judged = 0
  const { judge } = feed.replica
  Object.defineProperty(feed.replica, 'judge', {
    value: (...args: Parameters<typeof judge>) => {
      judged += 1
      return judge(...args)
    },
  })
  append(entry(11, 'session', 's0_500'), entry(12, 'token', 't7'), entry(13, 'none'))
  t.same(told, ['s0_500', 's0_7'])
  t.equal(judged, 2)
})

t.test('a watcher that throws is logged and does not keep the others from hearing', async (t) => {
  const { verifier, append, logged } = scene()
  const told: string[] = []
  verifier.watch(claims(), () => {
    throw new Error('mine')
  })
  verifier.watch(claims(), (reason) => told.push(reason))
  append(entry(11, 'user', 'u_ada'))
  t.same(told, ['user_ended'])
  t.match(logged, [{ err: { message: 'mine' } }])
})

t.test('watchers may stop each other and start new ones while they are told', async (t) => {
  const { verifier, append } = scene()
  const told: string[] = []
  const stops: (() => void)[] = []
  for (const name of ['first', 'second']) {
    stops.push(
      verifier.watch(claims(), () => {
        told.push(name)
        for (const stop of stops) stop()
        verifier.watch(claims({ sub: 'u_eve', jti: 'j9', sid: 's0_e' }), () => told.push('new'))
      }),
    )
  }
  append(entry(11, 'user', 'u_ada'))
  t.same(told, ['first'])
})

t.test('closing stops all of them without a word', async (t) => {
  const { verifier, told, time, append } = watched()
  await verifier.close()
  append(entry(11, 'all'))
  time.advance(900_000)
  t.same(told, [])
  t.equal(time.pending, 0)
})
