import { localFeed } from '@latchkey/feed'
import { LIMITS } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import t from 'tap'
import { refusedMemory } from '../src/refused-memory.ts'
import { sign } from './scene.ts'

function memoryOf(capacity: number) {
  const time = simulatedTime()
  const feed = localFeed(time.clock)
  feed.setLog({ p: 0, epoch: 1, offset: 10, digest: 'a' }, [])
  feed.lend(5000)
  return { time, ...refusedMemory(capacity, { feed, clock: time.clock }) }
}
const refused = {
  request: 'req-1',
  method: 'GET',
  route: '/orders',
  status: 401,
  reason: 'expired',
}

t.test(
  'what is remembered of a refusal is what the token said, where the log was, and the lease',
  async (t) => {
    const { note, find, time } = memoryOf(10)
    note({ ...refused, token: sign() })
    t.strictSame(find('req-1'), [
      {
        ...{ at: Math.floor(time.clock.nowMs() / 1000), status: 401, reason: 'expired' },
        ...{ method: 'GET', route: '/orders', jti: 'j1', sub: 'u_ada', sid: 's0_a' },
        ...{ positions: [{ p: 0, epoch: 1, offset: 10 }], leaseMs: 5000 },
      },
    ])
    t.strictSame(find('req-2'), [])
  },
)

t.test('nothing of a token is told but its names', async (t) => {
  const forged = (claims: unknown) =>
    `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`
  for (const [name, token, names] of [
    ['none', undefined, {}],
    ['no token', 'secret', {}],
    ['two parts', 'a.b', {}],
    ['no JSON', 'e30.AAAA.x', {}],
    ['names that are no names', forged({ jti: 7, sub: 'a b', sid: 'x'.repeat(256) }), {}],
    ['other members', forged({ sub: 'u_ada', email: 'a@b.c' }), { sub: 'u_ada' }],
    ['too large', forged({ sub: 'u_ada', more: 'x'.repeat(4096) }), {}],
  ] as const) {
    const { note, find } = memoryOf(10)
    note({ ...refused, token })
    const [{ jti, sub, sid } = {}] = find('req-1')
    t.strictSame(
      Object.fromEntries(Object.entries({ jti, sub, sid }).filter(([, one]) => one)),
      names,
      name,
    )
  }
})

t.test('a flood pushes out the oldest, and an hour ends the others', async (t) => {
  const { note, find, time } = memoryOf(3)
  for (const request of ['a', 'b', 'c', 'd']) note({ ...refused, request })
  t.strictSame([find('a').length, find('b').length, find('d').length], [0, 1, 1])
  time.advance(3_599_000)
  t.equal(find('d').length, 1)
  time.advance(1000)
  t.equal(find('d').length, 0)
  const none = memoryOf(0)
  none.note(refused)
  t.strictSame(none.find('req-1'), [])
})

t.test('requests that share an id are told newest first, up to a limit', async (t) => {
  const { note, find } = memoryOf(20)
  for (let status = 400; status < 412; status++) note({ ...refused, status })
  const found = find('req-1').map(({ status }) => status)
  t.strictSame(
    found,
    Array.from({ length: LIMITS.refusedAnswers }, (_, place) => 411 - place),
  )
  note({ ...refused, request: 'x'.repeat(500) })
  t.equal(find('x'.repeat(LIMITS.requestIdChars)).length, 1)
})
