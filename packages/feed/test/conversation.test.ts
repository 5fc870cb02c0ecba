import type { IssuerMessage } from '@latchkey/protocol'
import t from 'tap'
import { at, entry } from './log.ts'
import { entries, INSTANCE, KEYS, scene, types } from './scene.ts'
import { KEY, WRAPPED } from './scripted-network.ts'

t.test('the conversation begins with hello, and nothing else before keys', async (t) => {
  const { feed, network, grant, join, remaining } = scene()
  const { request, events } = network.last
  t.match(request, {
    url: 'wss://sso.example.com/feed',
    subprotocol: 'latchkey.feed.v1',
    maxFrameBytes: 131_072,
  })
  t.notOk(feed.status().connected)
  events.opened()
  t.same(network.last.take(), [
    { t: 'hello', v: 1, service: 'orders', instance: INSTANCE, positions: [] },
  ])
  join()
  t.same(types(network.last.sent).slice(1), ['held', 'lease?', 'ack'])
  t.ok(feed.status().connected)
  t.same(feed.keys(), [KEY])
  t.equal(remaining(), -Infinity, 'a snapshot is no lease')
  grant()
  t.equal(remaining(), 5000)
})

t.test('entries are applied in order and acknowledged cumulatively', async (t) => {
  const { feed, network, join } = scene()
  const told: number[] = []
  feed.subscribe({ applied: (list) => told.push(...list.map(({ o }) => o)) })
  join()
  network.last.take()
  network.last.send(entries(entry(11), entry(12, { k: 'session', v: 's0_a' })), entries(entry(13)))
  t.same(network.last.take(), [
    { t: 'ack', p: 0, epoch: 1, offset: 12 },
    { t: 'ack', p: 0, epoch: 1, offset: 13 },
  ])
  network.last.send(entries(entry(12)), entries(entry(11), entry(13)))
  t.same(network.last.take(), [], 'replayed frames are ignored (attack K6)')
  t.same(told, [11, 12, 13])
  t.equal(feed.replica.size(), 1)
})

t.test('an unreadable frame that may have been keys needs a new hello', async (t) => {
  const foreign = { t: 'keys', keys: [{ ...WRAPPED, kid: 'orders.2' }] }
  for (const frame of [
    '{',
    '{"t":"keys","keys":[{"kid":"x"}]}',
    '{"t":"lease","t":"keys"}',
    JSON.stringify(foreign),
  ]) {
    const { network, join } = scene()
    join()
    network.last.events.text(frame)
    t.equal(network.last.state, 'cut', frame)
  }
  const { network, join } = scene()
  join()
  network.last.events.binary(Buffer.from('{}'))
  t.equal(network.last.state, 'cut', 'a binary frame')
})

t.test('a message that a newer issuer may send changes nothing', async (t) => {
  const { network, join, grant, remaining } = scene()
  join()
  network.last.events.text('{"t":"weather"}')
  t.notOk(types(network.last.sent).includes('resync'))
  grant()
  t.equal(remaining(), 5000)
})

t.test(
  'the route catalogue is published behind keys, when it changes, and on every connection',
  async (t) => {
    const { feed, time, network, join } = scene()
    const first = [{ method: 'GET', pattern: '/orders' }]
    const second = [{ method: 'POST', pattern: '/orders' }]
    feed.publishRoutes(first)
    t.same(network.last.sent, [])
    join()
    t.same(network.last.take().slice(0, 3), [
      { t: 'hello', v: 1, service: 'orders', instance: INSTANCE, positions: [] },
      { t: 'held', kids: [KEY.kid] },
      { t: 'routes', id: 1, routes: first },
    ])
    feed.publishRoutes(second)
    t.same(network.last.take(), [{ t: 'routes', id: 2, routes: second }])
    network.last.send(KEYS)
    const held = [{ t: 'held', kids: [KEY.kid] }]
    t.same(network.last.take(), held, 'new keys are no new connection')
    network.last.closed()
    time.advance(50)
    join()
    t.same(network.last.take()[2], { t: 'routes', id: 3, routes: second })
  },
)

t.test(
  'what the numbers mean is told as the issuer answers, and only about the routes of now',
  async (t) => {
    const { feed, time, network, join } = scene()
    const told: unknown[] = []
    feed.subscribe({ catalogue: (numbering) => told.push(numbering) })
    const route = (pattern: string) => ({ method: 'GET', pattern })
    const answer = (id: number, numbers: number[], old?: true): IssuerMessage => ({
      ...{ t: 'catalogue', id, version: `v${id}`.padEnd(16, '_'), numbers },
      ...{ heads: [[9, 'A'.repeat(16)]], ...(old && { old }) },
    })
    const heads = [[9, 'A'.repeat(16)]]
    t.equal(feed.askCatalogue(), 1, 'without routes nobody is asked')
    t.equal(feed.publishRoutes([route('/a'), route('/b')]), 1, 'the next connection asks')
    join()
    network.last.take()
    network.last.send(answer(2, [3, 4]), answer(1, [3]), answer(1, [3, 4]))
    t.strictSame(told.splice(0), [{ answers: 1, numbers: [3, 4], heads }])
    t.equal(feed.askCatalogue(), 2)
    t.match(network.last.take(), [{ t: 'routes', id: 2, again: true }])
    network.last.send(answer(2, [3, 4], true))
    t.strictSame(
      told.splice(0),
      [{ answers: 0, numbers: [3, 4], heads }],
      'old news answers nothing',
    )
    t.equal(feed.publishRoutes([route('/c'), route('/d')]), 3)
    network.last.send(answer(2, [3, 4]))
    t.strictSame(told, [], 'numbers of other routes')
    network.last.send(answer(3, [5, 6]))
    t.strictSame(told, [{ answers: 3, numbers: [5, 6], heads }])
    network.last.closed()
    time.advance(50)
    join()
    t.match(network.last.take(), [{ t: 'hello', version: `v3${'_'.repeat(14)}` }, {}, { id: 4 }])
  },
)

t.test('frames that arrive after the connection was left are not heard', async (t) => {
  const { feed, network, join, grant, asked, remaining } = scene()
  join()
  const id = asked()
  network.last.events.text('{')
  network.last.send(entries(entry(11)))
  grant({ id })
  t.same(feed.replica.positions(), [at(10)])
  t.equal(remaining(), -Infinity)
})

t.test('nothing that is logged holds the secret or a key', async (t) => {
  const { network, join, grant, time, logged } = scene()
  join()
  grant()
  network.last.send(entries(entry(99)))
  network.last.events.text('{"t":"keys"}')
  network.last.closed()
  time.advance(25)
  network.last.closed({ reason: 'HTTP status 401', status: 401 })
  t.ok(logged.length >= 4)
  for (const line of logged) {
    t.notMatch(line, /correct|horse|AAAA|mac=/)
  }
})

t.test('questions about refused requests are answered by whoever was named last', async (t) => {
  const { feed, network, join } = scene()
  join()
  network.last.take()
  const ask = () => network.last.send({ t: 'refused?', id: 7, request: 'req-1' })
  ask()
  t.same(network.last.take(), [{ t: 'refused', id: 7, refused: [] }], 'nobody knows')
  const refused = {
    at: 5,
    status: 401,
    reason: 'expired',
    method: 'GET',
    positions: [],
    leaseMs: 0,
  }
  feed.answerRefused((request) => (request === 'req-1' ? [refused] : []))
  ask()
  t.same(network.last.take(), [{ t: 'refused', id: 7, refused: [refused] }])
  network.last.events.text(JSON.stringify({ t: 'refused?', id: 7, request: 'x'.repeat(129) }))
  t.equal(network.last.state, 'cut', 'a question that no issuer asks')
})
