import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { localFeed } from '../src/index.ts'
import { at, entry } from './log.ts'
import { KEY } from './scripted-network.ts'

t.test('a local feed says what it was told, to whoever listens', async (t) => {
  const time = simulatedTime()
  const feed = localFeed(time.clock)
  const told: string[] = []
  const stop = feed.subscribe({
    keys: (keys) => told.push(`keys ${keys.length}`),
    applied: (entries) => told.push(`applied ${entries.map(({ o }) => o)}`),
    replaced: () => told.push('replaced'),
    leased: () => told.push('leased'),
  })
  feed.setKeys([KEY])
  feed.setLog(at(10), [])
  feed.append({ epoch: 1, entries: [entry(11), entry(12)] })
  feed.append({ epoch: 1, entries: [entry(12)] })
  feed.lend(0)
  t.equal(feed.lease.remainingMs(), 0)
  feed.lend(2000)
  t.equal(feed.lease.remainingMs(), 2000)
  time.advance(2000)
  t.equal(feed.lease.remainingMs(), 0)
  t.same(told, ['keys 1', 'replaced', 'applied 11,12', 'leased'])
  stop()
  feed.setKeys([])
  t.equal(told.length, 4)
  t.same(feed.keys(), [])
  t.match(feed.status(), { connected: true, positions: [at(12)] })
  await feed.close()
})

t.test('a local feed refuses entries that do not follow', async (t) => {
  const feed = localFeed()
  t.throws(() => feed.append({ epoch: 1, entries: [entry(1)] }), RangeError)
  feed.setLog(at(10), [])
  t.throws(() => feed.append({ epoch: 1, entries: [entry(12)] }), RangeError)
  t.same(feed.replica.positions(), [at(10)])
})
