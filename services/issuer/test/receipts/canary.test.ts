import { type EndReason, nowSeconds } from '@latchkey/protocol'
import t, { type Test } from 'tap'
import { canary } from '../../src/canary/canary.ts'
import { CANARY_SUBJECT } from '../../src/canary/canary-subject.ts'
import { ender } from '../../src/ending/end.ts'
import { histogram } from '../../src/metrics/histogram.ts'
import { prometheusText } from '../../src/metrics/prometheus-text.ts'
import { LEASE_MS, receiptScene } from '../fixtures/receipt-scene.ts'
import { testIssuer } from '../test-issuer.ts'

const A = 'https://a.example'

/** Issuer processes with a canary every 30 seconds, and verifiers that apply what has ended after `delays`. */
async function scene(t: Test, processes: number, canarySeconds = 30) {
  const all = await receiptScene(t)
  const { clock, scheduler } = all.time
  const audited: string[] = []
  const warned: string[] = []
  const acks: ((offset: number, epoch: number) => void)[] = []
  const { end } = ender({
    store: all.store,
    clock,
    audit: { append: async ({ reason }) => void audited.push(reason) },
    log: { error: () => {} },
    epochNow: () => 0,
    published: async () => {
      const { position } = await all.store.log.head(0)
      for (const ack of acks) ack(position.offset, position.epoch)
    },
    tell: () => {},
  })
  const issuers = Array.from({ length: processes }, (_, number) => {
    const issuer = all.issuer(`P${number}`)
    issuer.reporter.start()
    const warn = (_: object, text: string) => void warned.push(text)
    const random = { bytes: (n: number) => crypto.getRandomValues(Buffer.alloc(n)) }
    const { store } = all
    const { tracker } = issuer
    const shared = { store, end, tracker, clock, scheduler, random, warn }
    return { ...issuer, canary: canary({ ...shared, leaseMs: LEASE_MS, canarySeconds }) }
  })
  for (const one of issuers) one.canary.start()
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      all.time.advance(1000)
      await all.settle()
    }
  }
  return { ...all, issuers, audited, warned, acks, end, pass }
}

t.test('each interval one process ends a session of nobody, without an audit record', async (t) => {
  const { issuers, store, audited, pass, time } = await scene(t, 3)
  await pass(95)
  const runs = issuers.map(({ canary }) => canary.facts().runs)
  t.equal(
    runs.reduce((sum, one) => sum + one, 0),
    3,
  )
  const { entries } = await store.log.read(0, 0, 10)
  t.match(
    entries.map(({ k, r, s }) => [k, r, s]),
    Array.from({ length: 3 }, () => ['session', 'canary', CANARY_SUBJECT]),
  )
  t.strictSame(audited, [])
  t.strictSame(await store.sessions.listByUser(CANARY_SUBJECT, 9, nowSeconds(time.clock)), [])
})

t.test('every verifier counts once in each run, with the time that it took', async (t) => {
  const { issuers, acks, pass, time } = await scene(t, 1)
  const [one] = issuers
  if (!one) throw new Error('there is one')
  const [quick, slow] = [one.join(A), one.join(A)]
  acks.push(quick.ack, (offset, epoch) => {
    time.scheduler.after(1500, () => slow.ack(offset, epoch))
  })
  await pass(65)
  const { histogram: took, runs, unconfirmed } = one.canary.facts()
  t.match({ runs, unconfirmed, count: took.count, maxMs: took.maxMs }, { runs: 2, unconfirmed: 0 })
  t.strictSame([took.count, took.maxMs], [4, 1500])
})

t.test(
  'a verifier that does not apply it is counted and named, one that is gone is not',
  async (t) => {
    const { issuers, pass, warned } = await scene(t, 1)
    const [one] = issuers
    one?.join(A)
    const gone = one?.join(A)
    await pass(28)
    gone?.leave()
    await pass(10)
    t.match(one?.canary.facts(), { runs: 1, unconfirmed: 1, histogram: { count: 0 } })
    t.strictSame(warned, ['the canary: a verifier has not applied an end in time'])
  },
)

t.test('a store that is away fails a run, and the next one is tried', async (t) => {
  const { issuers, pass, store, warned } = await scene(t, 1)
  const { create } = store.sessions
  Object.assign(store.sessions, { create: async () => Promise.reject(new Error('away')) })
  await pass(31)
  Object.assign(store.sessions, { create })
  await pass(31)
  t.match(issuers[0]?.canary.facts(), { runs: 1, failed: 1 })
  t.equal(warned.length, 1)
})

t.test('0 seconds switch it off', async (t) => {
  const { issuers, pass } = await scene(t, 1, 0)
  await pass(100)
  t.match(issuers[0]?.canary.facts(), { runs: 0, failed: 0 })
})

t.test('a histogram counts each value in every bucket that holds it', async (t) => {
  const { observe, read } = histogram()
  for (const ms of [0.4, 1, 1.1, 5000, 99_999]) observe(ms)
  const { buckets, ...rest } = read()
  t.match(rest, { count: 5, maxMs: 99_999 })
  const at = (ms: number) => buckets.find(({ leMs }) => leMs === ms)?.count
  t.strictSame([at(1), at(2), at(2000), at(5000), at(60_000)], [2, 3, 3, 4, 4])
})

t.test('the text for Prometheus', async (t) => {
  const { observe, read } = histogram()
  observe(3)
  const facts = { ...read(), buckets: read().buckets.slice(1, 3) }
  const text = prometheusText([
    {
      kind: 'counter',
      name: 'a_total',
      help: 'What it is.',
      samples: [{ labels: { kind: 'session', reason: 'admin' }, value: 2 }, { value: 1 }],
    },
    { kind: 'histogram', name: 'h_seconds', help: 'How long.', facts },
  ])
  t.equal(
    text,
    [
      '# HELP a_total What it is.',
      '# TYPE a_total counter',
      'a_total{kind="session",reason="admin"} 2',
      'a_total 1',
      '',
      '# HELP h_seconds How long.',
      '# TYPE h_seconds histogram',
      'h_seconds_bucket{le="0.002"} 0',
      'h_seconds_bucket{le="0.005"} 1',
      'h_seconds_bucket{le="+Inf"} 1',
      'h_seconds_sum 0.003',
      'h_seconds_count 1',
      '',
    ].join('\n'),
  )
})

t.test('an issuer tells its numbers, and none of them carries a name from outside', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const sub = await issuer.sub('bob')
  for (const reason of ['admin', 'user_disabled'] satisfies EndReason[]) {
    await issuer.end({ kind: 'user', sub }, reason, { sub: 'issuer' })
  }
  const answer = await issuer.app.inject({ url: '/admin/v1/metrics', headers })
  t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
  t.match(answer.body, /^latchkey_ends_total\{kind="user",reason="user_disabled"\} 1$/m)
  t.match(answer.body, /^latchkey_verifiers 0$/m)
  t.match(answer.body, /^latchkey_lease_confirmation_age_seconds 0$/m)
  t.match(answer.body, /^latchkey_canary_applied_seconds_count 0$/m)
  t.notMatch(answer.body, sub)
  for (const line of answer.body.trim().split('\n')) {
    t.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[\w="+.,]+\})? [\d.e-]+|)$/)
  }
  const feed = (await issuer.app.inject({ url: '/admin/v1/feed', headers })).json()
  t.match(feed, { lease_ms: 5000, lease_confirmation_age_ms: 0, canary: { seconds: 0, runs: 0 } })
})
