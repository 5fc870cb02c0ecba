import t from 'tap'
import { type RevocationReplica, revocationReplica } from '../src/index.ts'
import { at, entry } from './log.ts'

const EPOCH = 1
const KID = 'orders.1'
/** Of a token that was made after everything here had expired. */
const CLAIMS = {
  ...{ sub: 'u_ada', aud: 'orders', client_id: 'web', jti: 'new' },
  rev: [0, EPOCH, 4],
} as const
const ENDED = entry(5, { k: 'key', v: KID, x: 100 })

t.test('a key that was ended stays so: who has it can make new tokens at any time', async (t) => {
  const rows: [string, (replica: RevocationReplica) => void][] = [
    ['swept', (replica) => replica.sweep(101, 1000)],
    [
      'a snapshot from which it has been trimmed',
      (replica) =>
        void replica.applySnapshot({ position: at(30), entries: [], first: true, more: false }),
    ],
    [
      'everything is forgotten',
      (replica) => {
        replica.clear()
        replica.applySnapshot({ position: at(30), entries: [], first: true, more: false })
      },
    ],
  ]
  for (const [name, happens] of rows) {
    const [told, live] = [revocationReplica(), revocationReplica()]
    told.applySnapshot({ position: at(10), entries: [ENDED], first: true, more: false })
    live.applySnapshot({ position: at(4), entries: [], first: true, more: false })
    live.applyEntries({ epoch: EPOCH, entries: [ENDED] })
    for (const replica of [told, live]) {
      happens(replica)
      t.equal(replica.judge(CLAIMS, KID), 'key', name)
      t.not(replica.judge(CLAIMS, 'orders.2'), 'key')
    }
  }
})
