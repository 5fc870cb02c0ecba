import type { EntryKind, FeedPosition, LogEntry, RevClaim } from '@latchkey/protocol'
import t from 'tap'
import { type JudgedClaims, revocationReplica } from '../src/index.ts'
import { at, entry as plainEntry } from './log.ts'

const EPOCH = 1
const KID = 'orders.1'

const claims = (change: Partial<JudgedClaims> = {}): JudgedClaims => ({
  sub: 'u_ada',
  aud: 'orders',
  client_id: 'web',
  jti: 'j1',
  sid: 's0_a',
  rev: [0, EPOCH, 10],
  ...change,
})

const entry = (o: number, k: EntryKind, v = '', change: Partial<LogEntry> = {}) =>
  plainEntry(o, { k, v, ...change })

/** A replica that has been told about these entries by a snapshot that ends at `position`. */
function replicaAt(position: FeedPosition, entries: readonly LogEntry[] = []) {
  const replica = revocationReplica()
  replica.applySnapshot({ position, entries, first: true, more: false })
  return replica
}

t.test('an entry that names a token, session or key kills it whatever its rev', async (t) => {
  const cases: [EntryKind, string, string][] = [
    ['token', 'j1', 'j2'],
    ['session', 's0_a', 's0_b'],
    ['key', KID, 'orders.2'],
  ]
  const revs: RevClaim[] = [
    [0, EPOCH, 1],
    [0, EPOCH, 20],
    [0, EPOCH, 21],
    [1, EPOCH, 5],
    [0, EPOCH - 1, 99],
    [0, EPOCH + 1, 0],
  ]
  for (const [kind, hit, miss] of cases) {
    const dead = replicaAt(at(20), [entry(15, kind, hit)])
    const other = replicaAt(at(20), [entry(15, kind, miss)])
    for (const rev of revs) t.equal(dead.judge(claims({ rev }), KID), kind, `${kind} ${rev}`)
    t.equal(other.judge(claims(), KID), 'live', `another ${kind}`)
  }
})

t.test(
  'an entry at offset N kills tokens whose rev is below N and spares those at N',
  async (t) => {
    const cases: [EntryKind, string, Partial<JudgedClaims>][] = [
      ['user', 'u_ada', {}],
      ['client', 'web', {}],
      ['client', 'reports', { act: { sub: 'svc:reports' } }],
      ['service', 'orders', {}],
      ['stale', 'u_ada', {}],
      ['stale', 'orders', {}],
      ['all', '', {}],
    ]
    for (const [kind, value, change] of cases) {
      const replica = replicaAt(at(20), [entry(15, kind, value)])
      const judge = (rev: RevClaim) => replica.judge(claims({ ...change, rev }), KID)
      const name = `${kind} ${value}`
      t.equal(judge([0, EPOCH, 14]), kind, `${name}: N - 1 dies`)
      t.equal(judge([0, EPOCH, 15]), 'live', `${name}: N lives`)
      t.equal(judge([0, EPOCH, 20]), 'live', `${name}: the newest offset lives`)
      t.equal(judge([0, EPOCH, 21]), 'ahead', `${name}: one more is ahead`)
      t.equal(judge([0, EPOCH - 1, 9_999]), kind, `${name}: an older epoch is below everything`)
      t.equal(judge([0, EPOCH + 1, 0]), 'ahead', `${name}: a newer epoch is ahead`)
      t.equal(judge([1, EPOCH, 14]), 'ahead', `${name}: an unknown partition is ahead`)
    }
  },
)

t.test('an entry about somebody else kills nothing', async (t) => {
  const others: [EntryKind, string][] = [
    ['user', 'u_bob'],
    ['client', 'u_ada'],
    ['client', 'orders'],
    ['service', 'reports'],
    ['stale', 'web'],
    ['session', 'j1'],
    ['token', 's0_a'],
    ['none', ''],
  ]
  const replica = replicaAt(
    at(40),
    others.map(([kind, value], i) => entry(20 + i, kind, value)),
  )
  t.equal(replica.judge(claims(), KID), 'live')
})

t.test('only the outermost actor is matched, and only when a machine acts', async (t) => {
  const replica = replicaAt(at(20), [entry(15, 'client', 'reports')])
  const inner = { sub: 'svc:other', act: { sub: 'svc:reports' } }
  t.equal(replica.judge(claims({ act: inner }), KID), 'live')
  t.equal(replica.judge(claims({ act: { sub: 'u_12reports' } }), KID), 'live')
})

t.test('entries of one partition do not reach tokens of another by comparison', async (t) => {
  const replica = replicaAt(at(20), [entry(15, 'user', 'u_ada'), entry(16, 'all')])
  replica.applySnapshot({ position: at(20, { p: 1 }), entries: [], first: true, more: false })
  t.equal(replica.judge(claims({ rev: [1, EPOCH, 3] }), KID), 'live')
  t.equal(replica.judge(claims({ rev: [0, EPOCH, 3] }), KID), 'user')
})

t.test('the newest entry about a thing counts, in whatever order they come', async (t) => {
  const replica = replicaAt(at(20), [entry(18, 'user', 'u_ada'), entry(12, 'user', 'u_ada')])
  t.equal(replica.judge(claims({ rev: [0, EPOCH, 17] }), KID), 'user')
  t.equal(replica.judge(claims({ rev: [0, EPOCH, 18] }), KID), 'live')
  t.equal(replica.size(), 1)
  const everybody = replicaAt(at(20), [entry(18, 'all'), entry(12, 'all')])
  t.equal(everybody.judge(claims({ rev: [0, EPOCH, 17] }), KID), 'all')
})

t.test('frames of entries', async (t) => {
  const rows: [string, number, LogEntry[], string, number][] = [
    ['the next ones are applied', EPOCH, [entry(11, 'none'), entry(12, 'none')], 'applied', 12],
    [
      'a frame that overlaps gives its new part',
      EPOCH,
      [entry(10, 'none'), entry(11, 'none')],
      'applied',
      11,
    ],
    [
      'what is known already is ignored',
      EPOCH,
      [entry(9, 'none'), entry(10, 'none')],
      'nothing_new',
      10,
    ],
    ['an older epoch is ignored', EPOCH - 1, [entry(11, 'none')], 'nothing_new', 10],
    ['an empty frame says nothing', EPOCH, [], 'nothing_new', 10],
    ['a missing entry', EPOCH, [entry(12, 'none')], 'gap', 10],
    ['a hole inside the frame', EPOCH, [entry(11, 'none'), entry(13, 'none')], 'gap', 10],
    [
      'two partitions in one frame',
      EPOCH,
      [entry(11, 'none'), entry(12, 'none', '', { p: 1 })],
      'gap',
      10,
    ],
    ['the same offset twice', EPOCH, [entry(11, 'none'), entry(11, 'none')], 'gap', 10],
    ['a reordered frame', EPOCH, [entry(12, 'none'), entry(11, 'none')], 'gap', 10],
    ['a newer epoch', EPOCH + 1, [entry(11, 'none')], 'foreign', 10],
    ['a partition without a snapshot', EPOCH, [entry(11, 'none', '', { p: 4 })], 'foreign', 10],
  ]
  for (const [name, epoch, entries, expected, offset] of rows) {
    const replica = replicaAt(at(10))
    const outcome = replica.applyEntries({ epoch, entries })
    t.equal(outcome.kind === 'resync' ? outcome.reason : outcome.kind, expected, name)
    t.same(replica.positions(), [at(offset)], `${name}: position`)
  }
})

t.test('a log that lost its end and went on is recognised by a digest', async (t) => {
  const foreign = { d: 'other' }
  const byEntry = replicaAt(at(9))
  byEntry.applyEntries({ epoch: EPOCH, entries: [entry(10, 'user', 'u_ada'), entry(11, 'none')] })
  t.match(byEntry.applyEntries({ epoch: EPOCH, entries: [entry(10, 'none', '', foreign)] }), {
    kind: 'resync',
    reason: 'forked',
  })
  t.same(byEntry.positions(), [], 'what belongs to another log cannot be continued')
  t.equal(byEntry.judge(claims({ rev: [0, EPOCH, 5] }), KID), 'ahead')

  const bySnapshot = replicaAt(at(11), [entry(10, 'user', 'u_ada')])
  const older = at(10, { digest: 'other' })
  t.strictSame(
    bySnapshot.applySnapshot({ position: older, entries: [], first: true, more: false }),
    { kind: 'replaced', goesOn: false },
  )
  t.same(bySnapshot.positions(), [older])

  const byLease = replicaAt(at(10))
  byLease.applyEntries({ epoch: EPOCH, entries: [entry(11, 'none')] })
  t.equal(byLease.compare([at(10)]).kind, 'reached')
  t.match(byLease.compare([at(10, { digest: 'other' })]), { reason: 'forked' })
  t.same(byLease.positions(), [])
})

t.test('digests are remembered for the last 1,024 offsets', async (t) => {
  const replica = replicaAt(at(0, { digest: '' }))
  const entries = Array.from({ length: 1024 }, (_, i) => entry(i + 1, 'none'))
  replica.applyEntries({ epoch: EPOCH, entries })
  const foreign = (offset: number) => at(offset, { digest: 'other' })
  t.equal(replica.compare([foreign(0)]).kind, 'reached', 'too long ago to tell')
  t.match(replica.compare([foreign(1)]), { reason: 'forked' })
})

t.test('snapshots', async (t) => {
  t.test('parts are judged by only when the last one has come', async (t) => {
    const replica = replicaAt(at(10))
    const first = {
      position: at(30),
      entries: [entry(15, 'user', 'u_ada')],
      first: true,
      more: true,
    }
    const last = { position: at(30), entries: [entry(20, 'all')], first: false, more: false }
    t.equal(replica.applySnapshot(first).kind, 'nothing_new')
    t.equal(replica.judge(claims(), KID), 'live')
    t.same(replica.positions(), [at(10)])
    t.equal(replica.applySnapshot(last).kind, 'replaced')
    t.equal(replica.judge(claims(), KID), 'user')
    t.same(replica.positions(), [at(30)])
    t.equal(replica.size(), 1)
  })

  t.test('a part without the ones before it is torn', async (t) => {
    const part = (offset: number, first: boolean, more: boolean) => ({
      position: at(offset),
      entries: [],
      first,
      more,
    })
    const sequences = [
      [part(30, false, true)],
      [part(30, false, false)],
      [part(30, true, true), part(31, false, false)],
      [part(30, true, false), part(30, false, false)],
      [part(30, true, true), part(31, false, true), part(30, false, false)],
    ]
    for (const parts of sequences) {
      const replica = revocationReplica()
      const outcomes = parts.map((one) => replica.applySnapshot(one))
      t.match(outcomes.at(-1), { kind: 'resync', reason: 'torn_snapshot' })
    }
  })

  t.test('a replica never goes back', async (t) => {
    const rows: [string, FeedPosition, string][] = [
      ['the same place again', at(10), 'replaced'],
      ['further on', at(11), 'replaced'],
      ['a new epoch, even at a lower offset', at(1, { epoch: EPOCH + 1 }), 'replaced'],
      ['an older offset', at(9), 'nothing_new'],
      ['an older epoch', at(99, { epoch: EPOCH - 1 }), 'nothing_new'],
    ]
    for (const [name, position, expected] of rows) {
      const replica = replicaAt(at(10), [entry(10, 'none')])
      const outcome = replica.applySnapshot({ position, entries: [], first: true, more: false })
      t.equal(outcome.kind, expected, name)
    }
  })

  t.test('a new epoch forgets what the old one knew and kills by its own entries', async (t) => {
    const replica = replicaAt(at(10), [entry(4, 'session', 's0_a')])
    const position = at(2, { epoch: EPOCH + 1 })
    replica.applySnapshot({
      position,
      entries: [entry(1, 'user', 'u_bob')],
      first: true,
      more: false,
    })
    t.equal(replica.judge(claims(), KID), 'live')
    t.equal(replica.judge(claims({ sub: 'u_bob' }), KID), 'user')
    t.equal(replica.judge(claims({ sub: 'u_bob', rev: [0, EPOCH + 1, 1] }), KID), 'live')
  })
})

t.test('positions of a lease are believed only when everything up to them is here', async (t) => {
  const replica = replicaAt(at(10))
  replica.applySnapshot({ position: at(7, { p: 1 }), entries: [], first: true, more: false })
  const home = at(7, { p: 1 })
  const rows: [string, FeedPosition[], string][] = [
    ['the same places', [at(10), home], 'reached'],
    ['older places', [at(8), at(2, { p: 1 })], 'reached'],
    ['an offset ahead (attack K9)', [at(11), home], 'gap'],
    ['a newer epoch', [at(1, { epoch: EPOCH + 1 }), home], 'foreign'],
    ['an older epoch', [at(10, { epoch: EPOCH - 1 }), home], 'outdated'],
    ['a partition that is not here', [at(10), home, at(1, { p: 2 })], 'foreign'],
    ['a partition left out', [at(10)], 'outdated'],
    [
      'an old place beside one that is ahead',
      [at(10, { epoch: EPOCH - 1 }), at(8, { p: 1 })],
      'gap',
    ],
  ]
  for (const [name, positions, expected] of rows) {
    const outcome = replica.compare(positions)
    t.equal(outcome.kind === 'resync' ? outcome.reason : outcome.kind, expected, name)
  }
})

t.test('the version changes with everything that can turn live into dead', async (t) => {
  const replica = replicaAt(at(10))
  const changes = (change: () => void) => {
    const before = replica.version
    change()
    return replica.version !== before
  }
  const append = (one: LogEntry) => () => replica.applyEntries({ epoch: EPOCH, entries: [one] })
  t.notOk(changes(append(entry(11, 'none'))), 'an entry that concerns nobody')
  t.ok(changes(append(entry(12, 'user', 'u_ada'))), 'an entry')
  t.notOk(changes(append(entry(12, 'user', 'u_ada'))), 'the same again')
  t.notOk(changes(append(entry(99, 'all'))), 'a gap')
  t.ok(
    changes(() => replica.clear()),
    'forgetting everything',
  )
})

t.test('sweeping forgets what has expired, a few marks at a time', async (t) => {
  const entries = Array.from({ length: 10 }, (_, i) =>
    entry(i + 1, 'session', `s0_${i}`, { x: i < 6 ? 100 : 200 }),
  )
  const replica = replicaAt(at(10), entries)
  replica.sweep(100, 1000)
  t.equal(replica.size(), 10, 'the second itself still counts')
  replica.sweep(101, 1)
  t.ok(replica.size() >= 9, 'one place holds no more than one')
  for (let steps = 0; steps < 100; steps++) replica.sweep(101, 4)
  t.equal(replica.size(), 4)
  t.equal(replica.judge(claims({ sid: 's0_0' }), KID), 'live')
  t.equal(replica.judge(claims({ sid: 's0_9' }), KID), 'session')
  replica.sweep(201, 1000)
  replica.sweep(201, 1000)
  t.equal(replica.size(), 0)
})

t.test('a mark lives as long as the longest entry about its thing', async (t) => {
  const replica = replicaAt(at(10), [
    entry(1, 'token', 'j1', { x: 300 }),
    entry(2, 'token', 'j1', { x: 100 }),
  ])
  replica.sweep(200, 10)
  t.equal(replica.size(), 1)
})

t.test('after clear every token is ahead, and every lease', async (t) => {
  const replica = replicaAt(at(10))
  const part = { position: at(20), entries: [], more: true }
  replica.applySnapshot({ ...part, first: true })
  replica.clear()
  t.equal(replica.judge(claims(), KID), 'ahead')
  t.notOk(replica.covers([0, EPOCH, 0]))
  t.match(replica.compare([at(10)]), { reason: 'foreign' })
  t.match(replica.applySnapshot({ ...part, first: false }), { reason: 'torn_snapshot' })
})

t.test('covers says whether a token would be ahead', async (t) => {
  const replica = replicaAt(at(10))
  t.ok(replica.covers([0, EPOCH, 10]))
  t.notOk(replica.covers([0, EPOCH, 11]))
  t.notOk(replica.covers([1, EPOCH, 1]))
})
