import type { FeedPosition, LogEntry } from '@latchkey/protocol'
import t from 'tap'
import { revocationReplica } from '../src/index.ts'
import { at, entry } from './log.ts'

t.test('a snapshot of the same log is told apart from one of another', async (t) => {
  const list = [entry(9), entry(10), entry(11)]
  const rows: [string, FeedPosition, FeedPosition, LogEntry[], boolean][] = [
    ['its newest entry is in it', at(10), at(11), list, true],
    ['there was none yet', at(0, { digest: '' }), at(11), list, true],
    ['another entry has its place', at(10, { digest: 'other' }), at(11), list, false],
    ['what could prove it is gone', at(5), at(11), list, false],
    ['another epoch', at(10), at(11, { epoch: 2 }), list, false],
  ]
  for (const [name, before, position, entries, goesOn] of rows) {
    const replica = revocationReplica()
    replica.applySnapshot({ position: before, entries: [], first: true, more: false })
    const outcome = replica.applySnapshot({ position, entries, first: true, more: false })
    t.strictSame(outcome, { kind: 'replaced', goesOn }, name)
  }
})
