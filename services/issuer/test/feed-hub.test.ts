import type { IssuerMessage } from '@latchkey/protocol'
import t from 'tap'
import { A, B, helloTo, INSTANCE, hubScene as scene, turn } from './fixtures/hub-scene.ts'
import { entry } from './fixtures/log-of.ts'

const kinds = (sent: readonly IssuerMessage[]) => sent.map((message) => message.t)

t.test('what is ended loses the feed', async (t) => {
  const ends = [
    ['its client', 'client', 'a', true],
    ['another client', 'client', 'b', false],
    ['its service', 'service', A.audience, true],
    ['another service', 'service', B.audience, false],
    ['its key', 'key', 'key-of-a.example', false],
    ['another key', 'key', 'key-of-b.example', false],
    ['a user', 'user', 'a', false],
    ['everything', 'all', '', false],
  ] as const
  for (const [name, kind, value, leaves] of ends) {
    t.test(`${name}: ${leaves ? 'heard of, then shown the door' : 'heard of'}`, async (t) => {
      const { log, hub, join } = await scene()
      const verifier = await join('a', A)
      verifier.sent.length = 0
      log.append(entry(4, kind, value))
      await turn()
      t.strictSame(kinds(verifier.sent), leaves ? ['entries', 'bye'] : ['entries'])
      if (leaves) t.match(verifier.sent[1], { retry: true })
      t.strictSame(verifier.ended, leaves ? [[1012, 'show your credentials again']] : [])
      t.equal(hub.verifiers().length, leaves ? 0 : 1)
      verifier.sent.length = 0
      verifier.say({ t: 'lease?', id: 1 })
      await turn()
      t.strictSame(kinds(verifier.sent), leaves ? [] : ['lease'], 'and no lease follows')
    })
  }
  t.test('also when the end is part of a log that took the place of this one', async (t) => {
    const { log, tail, join } = await scene()
    const [one, other] = [await join('a', A), await join('b', B)]
    log.state.epoch = 11
    log.state.entries = [entry(1, 'client', 'a')]
    await tail.poke()
    t.match(one.ended, [[1012, /credentials/]])
    t.strictSame(other.ended, [])
    t.match(other.sent.at(-1), { t: 'snapshot', position: { epoch: 11, offset: 1 } })
  })
})

t.test('attack K20: who is silent for two leases is cut off', async (t) => {
  const { times, hub, open, join } = await scene()
  const [speaking, pinging, silent] = [await join('a', A), await join('a', A), await join('a', A)]
  const mute = open('a')
  for (let second = 0; second < 11; second++) {
    times.now += 1000
    speaking.say({ t: 'lease?', id: second })
    pinging.peer.heard()
    mute.peer.heard()
    if (second % 5 === 0) hub.dropSilent()
  }
  t.strictSame([speaking.isCut(), pinging.isCut()], [false, false])
  t.equal(silent.isCut(), true)
  t.equal(mute.isCut(), true, 'a ping is no hello')
  t.equal(hub.verifiers().length, 2)

  t.test('but not by a process that slept and has not read what came meanwhile', async (t) => {
    times.now += 60_000
    hub.dropSilent()
    t.equal(speaking.isCut(), false)
  })
})

t.test('attack K12: who does not read gets nothing more, not even later', async (t) => {
  const { log, join } = await scene()
  const verifier = await join('a', A)
  verifier.sent.length = 0
  verifier.buffer.bytes = 5 * 1024 * 1024
  log.append(entry(4))
  await turn()
  verifier.buffer.bytes = 0
  log.append(entry(5))
  verifier.say({ t: 'lease?', id: 1 })
  await turn()
  t.strictSame([verifier.sent, verifier.ended], [[], [[1013, 'reads too slowly']]])
})

t.test('attack J9: a long log is sent as fast as it is read', async (t) => {
  const COUNT = 50_000
  /** Reads what is there, again and again, until nothing more comes. */
  const read = async ({ buffer }: { buffer: { bytes: number; empty: () => void } }) => {
    while (buffer.bytes > 0) {
      buffer.empty()
      await turn()
    }
  }
  const offsetsOf = (sent: readonly IssuerMessage[]) =>
    sent.flatMap((message) => ('entries' in message ? message.entries.map(({ o }) => o) : []))
  const many = async () => {
    const { log, tail, ...rest } = await scene()
    log.append(...Array.from({ length: COUNT - 3 }, (_, i) => entry(i + 4)))
    await tail.poke()
    const verifier = rest.open('a')
    verifier.buffer.counts = true
    verifier.say(helloTo(A))
    verifier.say({ t: 'lease?', id: 1 })
    await turn()
    return { log, tail, verifier, ...rest }
  }

  t.test(
    'whole, in order, and with what was appended meanwhile; the lease comes last',
    async (t) => {
      const { log, verifier } = await many()
      t.ok(offsetsOf(verifier.sent).length < COUNT, 'it waits for the reader')
      log.append(entry(COUNT + 1), entry(COUNT + 2))
      await turn()
      await read(verifier)
      const expected = Array.from({ length: COUNT + 2 }, (_, i) => i + 1)
      t.strictSame(offsetsOf(verifier.sent), expected)
      t.equal(verifier.sent.at(-1)?.t, 'lease')
      t.ok(verifier.buffer.most < 700_000, `${verifier.buffer.most} characters at once`)
      t.strictSame(verifier.ended, [])
    },
  )
  t.test('an ack of what was sent so far is no lie', async (t) => {
    const { verifier } = await many()
    verifier.say({ t: 'ack', p: 0, epoch: 10, offset: 5 })
    await read(verifier)
    t.strictSame(verifier.ended, [])
  })
  t.test('a log that is replaced in the middle starts over', async (t) => {
    const { log, tail, verifier } = await many()
    log.state.epoch = 11
    log.state.entries = [entry(1)]
    await tail.poke()
    await read(verifier)
    const snapshots = verifier.sent.filter((message) => message.t === 'snapshot')
    t.match(snapshots.at(-1), { position: { epoch: 11, offset: 1 }, first: true, more: false })
    t.ok(
      snapshots.slice(0, -1).every(({ more }) => more),
      'the other one was never finished',
    )
    t.equal(verifier.sent.at(-1)?.t, 'lease')
  })
})

t.test('attack K13: frames are taken in turn, and only so many', async (t) => {
  t.test('what is said before the join is done is answered after it', async (t) => {
    const { gate, open } = await scene()
    const { promise, resolve } = Promise.withResolvers<void>()
    gate.opens = promise
    const verifier = open('a')
    verifier.say(helloTo(A))
    verifier.say({ t: 'lease?', id: 1 })
    await turn()
    t.strictSame(verifier.sent, [])
    resolve()
    await turn()
    t.strictSame(kinds(verifier.sent), ['keys', 'snapshot', 'lease'])
  })
  t.test('who says too much while waiting is refused, and then not heard', async (t) => {
    const { gate, open } = await scene()
    const { promise, resolve } = Promise.withResolvers<void>()
    gate.opens = promise
    const verifier = open('a')
    verifier.say(helloTo(A))
    const routes = [{ method: 'GET', pattern: '/a' }]
    for (let i = 0; i < 3; i++)
      verifier.say({ t: 'routes', id: i, routes, padding: 'x'.repeat(400_000) })
    t.strictSame(verifier.ended, [[1008, 'too many frames']])
    resolve()
    await turn()
    t.strictSame(verifier.sent, [], 'nobody joins behind the goodbye')
  })
  t.test('who asks on and on without reading the answers is refused in the end', async (t) => {
    const { times, gate, open } = await scene()
    gate.opens = new Promise(() => {})
    const verifier = open('a')
    verifier.say(helloTo(A))
    for (let i = 0; i < 600; i++) {
      times.now += 1000
      verifier.say({ t: 'lease?', id: i })
    }
    t.strictSame(verifier.ended, [[1008, 'too many frames']])
  })
  const floods = [
    ['lease?', { t: 'lease?', id: 1 }, 499],
    ['resync', { t: 'resync', positions: [] }, 19],
    ['routes', { t: 'routes', id: 1, routes: [] }, 19],
  ] as const
  for (const [name, frame, most] of floods) {
    t.test(`${most} times ${name} in a second, and no more`, async (t) => {
      const { times, join } = await scene()
      const verifier = await join('a', A)
      for (let i = 0; i < most; i++) verifier.say(frame)
      t.strictSame(verifier.ended, [])
      times.now += 1000
      for (let i = 0; i < 501; i++) verifier.say(frame)
      t.strictSame(verifier.ended, [[1008, 'too many frames']])
    })
  }
})

t.test('a catalogue that is refused is the verifier’s fault, and it hears why', async (t) => {
  const { join } = await scene()
  const verifier = await join('a', A)
  const route = (pattern: string) => ({ method: 'GET', pattern })
  verifier.say({ t: 'routes', id: 1, routes: [route('/a')] })
  await turn()
  t.match(verifier.sent.at(-1), { t: 'catalogue', id: 1, numbers: [0] })
  verifier.say({ t: 'routes', id: 2, routes: [route('/a'), route('/b')] })
  await turn()
  t.strictSame(verifier.ended, [[1008, 'routes refused: catalogue-full']])
})

t.test(
  'a catalogue that grows is told to the other verifiers of the service, unasked',
  async (t) => {
    const { join } = await scene()
    const [one, other] = [await join('a', A), await join('a', A)]
    const foreign = await join('b', B)
    const routes = [{ method: 'GET', pattern: '/a' }]
    one.say({ t: 'routes', id: 7, routes })
    await turn()
    const told = (verifier: typeof one) => verifier.sent.filter((frame) => frame.t === 'catalogue')
    t.strictSame(told(one).length, 1)
    other.say({ t: 'routes', id: 3, routes })
    await turn()
    t.match(told(other), [{ id: 3, heads: { length: 2 } }])
    t.match(told(one), [{ id: 7 }, { id: 7, numbers: [0], heads: [[1], [2]] }], 'with its own id')
    other.say({ t: 'routes', id: 4, again: true, routes })
    await turn()
    t.equal(told(one).length, 2, 'a question is no news')
    t.strictSame(told(foreign), [])
  },
)

t.test('attack K5: asking for a foreign key is recorded, once an hour', async (t) => {
  const { audited, join } = await scene()
  for (let i = 0; i < 3; i++) {
    const verifier = await join('a', B)
    t.strictSame(verifier.ended, [[1008, 'not the credentials of this service']])
    t.strictSame(verifier.sent, [])
  }
  t.strictSame(audited, [`service ${B.audience}`])
})

t.test('what members do is told to who listens', async (t) => {
  const { hub, join } = await scene()
  const told: [string, string, string[]][] = []
  const stop = hub.listen((member, change) =>
    told.push([change, member.instance, [...member.heldKids]]),
  )
  const kid = 'key-of-a.example'
  const verifier = await join('a', A)
  verifier.say({ t: 'held', kids: [kid, 'never-given'] })
  verifier.say({ t: 'ack', p: 0, epoch: 10, offset: 3 })
  await turn()
  t.equal(hub.members().length, 1)
  hub.members()[0]?.giveKeys([{ kid: 'next', alg: 'HS256', state: 'pending' }])
  t.match(verifier.sent.at(-1), { t: 'keys', keys: [{ kid: 'next' }] })
  verifier.say({ t: 'held', kids: [kid, 'next'] })
  await turn()
  verifier.peer.closed()
  t.strictSame(told, [
    ['joined', INSTANCE, []],
    ['held', INSTANCE, [kid]],
    ['acked', INSTANCE, [kid]],
    ['held', INSTANCE, ['next']],
    ['left', INSTANCE, ['next']],
  ])
  t.strictSame(hub.members(), [])
  stop()
  await join('a', A)
  t.equal(told.length, 5)
})

t.test(
  'attack K17: what a thousand verifiers get is written once for all that may read the same',
  async (t) => {
    const { log, open, join } = await scene()
    const many = []
    for (let i = 0; i < 1000; i++) many.push(await join('a', A))
    const other = await join('b', B)
    log.append(entry(4), entry(5, 'stale', A.audience))
    await turn()
    const bodies = new Set(many.map(({ frames }) => frames.at(-1)))
    t.equal(bodies.size, 1, 'the very same frame')
    t.not(other.frames.at(-1), many[0]?.frames.at(-1))
    t.match(other.sent.at(-1), { entries: [{ k: 'session' }, { k: 'none', v: '' }] })
    const snapshots = many.map(({ frames }) => frames.find(({ t }) => t === 'snapshot'))
    t.equal(new Set(snapshots).size, 1)
    t.equal(open('a').frames.length, 0)
  },
)

t.test(
  'a verifier that comes back before its old line is seen to be gone has not left',
  async (t) => {
    const { hub, open } = await scene()
    const told: string[] = []
    hub.listen((_, change) => told.push(change))
    const [old, other, next] = [open('a'), open('b'), open('a')]
    old.say(helloTo(A))
    other.say(helloTo(B))
    await turn()
    t.same(told, ['joined', 'joined'], 'the name of another client’s verifier is another name')
    next.say(helloTo(A))
    await turn()
    t.same([old.isCut(), other.isCut(), next.isCut()], [true, false, false])
    old.peer.closed()
    t.same(told, ['joined', 'joined', 'joined'])
    t.equal(hub.members().length, 2)
    next.peer.closed()
    t.equal(told.at(-1), 'left')
  },
)

t.test('where a verifier is resumed from counts as acknowledged, if it was ours', async (t) => {
  const { hub, open } = await scene()
  for (const [digest, expected] of [
    ['d3', [{ partition: 0, epoch: 10, offset: 3 }]],
    ['xx', []],
  ] as const) {
    const verifier = open('a')
    verifier.say({ ...helloTo(A), positions: [{ p: 0, epoch: 10, offset: 3, digest }] })
    await turn()
    t.same(hub.verifiers().at(-1)?.acked, expected, digest)
    verifier.peer.closed()
  }
})
