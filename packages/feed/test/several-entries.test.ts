import type { EntryKind } from '@latchkey/protocol'
import t from 'tap'
import { revocationReplica } from '../src/index.ts'
import { at, entry } from './log.ts'

const EPOCH = 1

const ABOUT: [EntryKind, string][] = [
  ['all', ''],
  ['client', 'web'],
  ['service', 'orders'],
  ['user', 'u_ada'],
  ['stale', 'u_ada'],
]

const token = (offset: number) => ({
  ...{ sub: 'u_ada', aud: 'orders', client_id: 'web', jti: 'j1', sid: 's0_a' },
  rev: [0, EPOCH, offset] as const,
})

t.test('attack D22: of several entries about a token the later one decides', async (t) => {
  for (const [early, about] of ABOUT) {
    for (const [late, other] of ABOUT.filter(([kind]) => kind !== early)) {
      const entries = [entry(12, { k: early, v: about }), entry(16, { k: late, v: other })]
      for (const told of [entries, entries.toReversed()]) {
        const replica = revocationReplica()
        replica.applySnapshot({ position: at(20), entries: told, first: true, more: false })
        const judge = (offset: number) => replica.judge(token(offset), 'orders.1')
        const name = `${early}, then ${late}`
        t.not(judge(11), 'live', `${name}: dead by both`)
        t.equal(judge(12), late, `${name}: after the first is not late enough`)
        t.equal(judge(15), late, `${name}: just before the second`)
        t.equal(judge(16), 'live', `${name}: after both`)
      }
    }
  }
})
