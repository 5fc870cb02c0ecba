import { LIMITS, StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { endKeys } from '../src/keys/end-keys.ts'
import { leaseWithKeys } from '../src/keys/key-delivery.ts'
import { keyScene, LEASE_MS, ORDERS, ownMember, SIGNED, somebody } from './fixtures/key-scene.ts'

const RETIRE_SECONDS = LIMITS.accessTokenMaxSeconds + 2 * LIMITS.clockSkewSeconds + 15

t.test(
  'a key of a service: it is known before it signs, and verifies while what it signed lives',
  async (t) => {
    const s = await keyScene(t)
    const before = await s.signing()
    const { kid, isNew } = await s.rotate()
    t.equal(isNew, true)
    t.strictSame(await s.states(), ['1 active', '2 pending'])
    await s.keeper.look()
    await s.pass(14)
    t.equal(await s.signing(), before, 'somebody may still be joining with the keys of before')
    await s.pass(1)
    t.equal(await s.signing(), kid)
    t.strictSame(await s.states(), ['1 retiring', '2 active'])
    await s.pass(RETIRE_SECONDS - 1)
    t.strictSame(await s.states(), ['1 retiring', '2 active'])
    await s.pass(1)
    t.strictSame(await s.states(), ['2 active'])
    t.strictSame(await s.audited(), [
      'key.rotate u_admin',
      'key.promote issuer',
      'key.retire issuer',
    ])
  },
)

t.test(
  'a verifier that does not say it holds the key keeps it from signing, while it can have a lease',
  async (t) => {
    const s = await keyScene(t)
    const { kid } = await s.rotate()
    const before = await s.signing()
    const now = () => s.time.clock.nowMs() / 1000
    s.presence.push(somebody([before]), somebody([kid], { instance: 'w'.repeat(22) }))
    await s.pass(600)
    t.equal(await s.signing(), before, 'connected, however long')
    const goneAt = now()
    s.presence[0] = somebody([before], { goneAt })
    await s.pass(10)
    t.equal(await s.signing(), before, 'its lease may live')
    await s.pass(1)
    t.equal(await s.signing(), kid, 'nothing that was promised to it is true any more')
  },
)

t.test('who holds it or is another service holds nothing up', async (t) => {
  const s = await keyScene(t)
  const { kid } = await s.rotate()
  s.presence.push(
    somebody([kid]),
    somebody([], { audience: SIGNED, instance: 'x'.repeat(22) }),
    somebody([kid], { instance: 'y'.repeat(22), goneAt: s.time.clock.nowMs() / 1000 }),
  )
  await s.pass(16)
  t.equal(await s.signing(), kid)
})

t.test(
  'own verifiers are asked directly: what they said last counts, reported or not',
  async (t) => {
    const s = await keyScene(t)
    const own = ownMember()
    const here = await s.process([own.member])
    const before = await s.signing()
    const { kid } = await s.rotate()
    s.presence.push(somebody([before, kid], { instance: own.member.instance }))
    await s.pass(20, [here.keeper])
    t.match(own.given.at(-1), [
      { kid: before, state: 'active' },
      { kid, state: 'pending' },
    ])
    t.equal(await s.signing(), before, 'a report from before')
    own.holdAll()
    await s.pass(1, [here.keeper])
    t.equal(await s.signing(), kid)
    t.match(own.given.at(-1), [
      { kid: before, state: 'retiring' },
      { kid, state: 'active' },
    ])
  },
)

t.test(
  'attack K8: the verifier of another service that takes its name does not stand for it',
  async (t) => {
    const s = await keyScene(t)
    const impostor = ownMember(SIGNED)
    const here = await s.process([impostor.member])
    const before = await s.signing()
    await s.rotate()
    s.presence.push(somebody([before], { instance: impostor.member.instance }))
    await s.pass(60, [here.keeper])
    t.equal(await s.signing(), before)
  },
)

t.test('while nobody can know who holds what, no key begins to sign', async (t) => {
  const s = await keyScene(t)
  const { kid } = await s.rotate()
  s.faults.store = true
  await s.pass(60)
  t.not(await s.signing(), kid)
  s.faults.store = false
  await s.pass(1)
  t.equal(await s.signing(), kid)
})

t.test(
  'a keeper that dies in the middle leaves the rest to another, and each move happens once',
  async (t) => {
    const s = await keyScene(t)
    const { kid } = await s.rotate()
    await s.keeper.look()
    await s.pass(10)
    const others = [(await s.process()).keeper, (await s.process()).keeper]
    await s.pass(15, others)
    t.not(await s.signing(), kid, 'it has not known the key for long enough itself')
    await s.pass(1, others)
    t.equal(await s.signing(), kid)
    await s.pass(RETIRE_SECONDS, others)
    t.strictSame(await s.states(), ['2 active'])
    t.strictSame(await s.audited(), [
      'key.rotate u_admin',
      'key.promote issuer',
      'key.retire issuer',
    ])
  },
)

t.test('50 rotations at once make one key', async (t) => {
  const s = await keyScene(t)
  const made = await Promise.all(Array.from({ length: 50 }, () => s.rotate()))
  t.equal(new Set(made.map(({ kid }) => kid)).size, 1)
  t.equal(made.filter(({ isNew }) => isNew).length, 1)
  const pairs = await Promise.all(Array.from({ length: 50 }, () => s.rotatePair()))
  t.equal(new Set(pairs.map(({ kid }) => kid)).size, 1)
  t.strictSame(await s.audited(), ['key.rotate u_admin', 'key.rotate u_admin'])
})

t.test(
  'a key pair: RFC 7517, published for as long as a copy of /jwks may be used, then signing',
  async (t) => {
    const s = await keyScene(t)
    const before = s.ring.activeKey('ES256').kid
    const { kid } = await s.rotatePair()
    const published = () => s.ring.publicKeys().keys.map((key) => key['kid'])
    t.ok(published().includes(kid))
    s.presence.push(somebody([before], { audience: SIGNED }))
    await s.pass(305)
    t.equal(s.ring.activeKey('ES256').kid, before, 'a verifier of a service lacks it')
    s.presence[0] = somebody([before, kid], { audience: SIGNED })
    await s.pass(1)
    t.equal(s.ring.activeKey('ES256').kid, kid)
    t.equal(await s.signing(SIGNED), kid)
    t.ok(published().includes(before), 'what it signed is still checked')
    await s.pass(RETIRE_SECONDS)
    t.notOk(published().includes(before))
    t.ok(s.ring.hintKeys().has(before), 'whoever signed in before it went still signs out')
    await s.pass(3600)
    await s.rotatePair()
    t.notOk(s.ring.hintKeys().has(before), 'for as long as a session lives')
  },
)

t.test('a key pair never signs before every copy of /jwks has it', async (t) => {
  const s = await keyScene(t)
  const { kid } = await s.rotatePair()
  await s.pass(304)
  t.not(s.ring.activeKey('ES256').kid, kid)
  await s.pass(1)
  t.equal(s.ring.activeKey('ES256').kid, kid)
})

t.test('an emergency: the successor is handed over, signs, and the key is ended', async (t) => {
  const s = await keyScene(t)
  const own = ownMember()
  const here = await s.process([own.member])
  const bad = await s.signing()
  const retiring = here.changes.retire(bad, { sub: 'u_admin' })
  while (own.given.at(-1)?.length !== 2) await turn()
  await turn()
  t.equal(await s.signing(), bad, 'who is connected gets the new key first')
  own.holdAll()
  while (s.ended.length === 0) {
    s.time.advance(25)
    await turn()
  }
  await retiring
  t.strictSame(s.ended, [{ kind: 'key', kid: bad }])
  t.strictSame(await s.states(), ['2 active'])
  t.match(own.given.at(-1), [{ state: 'active' }], 'and the dead key is taken away')
  t.strictSame(await s.audited(), ['key.rotate u_admin', 'key.retire u_admin'])
})

t.test(
  'an emergency does not wait for who does not answer, nor for a store that is away',
  async (t) => {
    const s = await keyScene(t)
    const bad = await s.signing()
    s.presence.push(somebody([]))
    const retiring = s.retire(bad)
    for (let passedMs = 0; passedMs <= 1000; passedMs += 25) {
      await turn()
      s.time.advance(25)
    }
    await retiring
    t.strictSame(await s.states(), ['2 active'])

    s.faults.store = true
    await t.rejects(s.retire(await s.signing()), { name: 'StoreUnavailable' })
    t.strictSame(await s.states(), ['3 active'], 'it signs nothing more, and is on no feed')
    s.faults.store = false
    const [, second = ''] = (await s.directory.serviceKeys.list(ORDERS)).map(({ generation }) =>
      s.services.kidOf(ORDERS, generation),
    )
    await s.retire(second)
    t.strictSame(s.ended.at(-1), { kind: 'key', kid: second }, 'asking again completes it')
    await t.rejects(s.retire('no-such-key'), { code: 'unknown-key' })
  },
)

t.test('while SQL is away an end of a key is its entry, at least', async (t) => {
  const ended: string[] = []
  const retire = (error: Error) => async () => {
    throw error
  }
  const endWith = (error: Error) =>
    endKeys({
      end: async (target) => {
        ended.push(target.kind)
        return { entries: [], epoch: 1 }
      },
      changes: { retire: retire(error) },
    })({ kind: 'key', kid: 'x.1' }, 'key_compromised', { sub: 'u_admin' })
  t.match(await endWith(new StoreUnavailable('SQL')), { epoch: 1 })
  t.strictSame(ended, ['key'])
  await t.rejects(endWith(new RangeError('another fault')), RangeError)
  t.strictSame(ended, ['key'])
})

t.test('an emergency of a key pair: it vouches for nothing any more, hints included', async (t) => {
  const s = await keyScene(t)
  const bad = s.ring.activeKey('ES256').kid
  await s.retire(bad)
  t.not(s.ring.activeKey('ES256').kid, bad)
  t.notOk(s.ring.hintKeys().has(bad))
  t.notOk(s.ring.publicKeys().keys.some((key) => key['kid'] === bad))
  t.equal(await s.signing(SIGNED), s.ring.activeKey('ES256').kid)
  t.strictSame(s.ended, [{ kind: 'key', kid: bad }])
})

t.test('an emergency goes on where there are too many keys to hand one over', async (t) => {
  const s = await keyScene(t)
  for (let generation = 2; generation <= 8; generation++) {
    await s.directory.serviceKeys.prepare(ORDERS, 1)
    await s.directory.serviceKeys.promote(ORDERS, generation, 1)
  }
  await t.rejects(s.rotate(), { code: 'keys-too-many' })
  await s.retire(await s.signing())
  t.equal((await s.find()).keyGeneration, 9)
})

t.test('keys of a service that has chosen key pairs are rotated with those', async (t) => {
  const s = await keyScene(t)
  await t.rejects(s.rotate(SIGNED), { code: 'service-key-pairs' })
  await t.rejects(s.rotate('https://nobody.example'), { code: 'unknown-service' })
  t.strictSame(await s.audited(), [])
})

t.test('leases are given by a process that knows the keys of now', async (t) => {
  const s = await keyScene(t)
  const confirmed = { begunAtMs: 0, positions: [] }
  const beats: boolean[] = []
  const plain = {
    confirmed: () => confirmed,
    beat: async () => beats.push(true) > 0,
  }
  const lease = leaseWithKeys(plain, s.delivery)
  t.equal(lease.confirmed(), undefined, 'nobody has looked yet')
  t.equal(await lease.beat(), true)
  t.equal(lease.confirmed(), confirmed)
  s.time.stall(LEASE_MS)
  t.equal(lease.confirmed(), undefined, 'a process that was stopped looks first')
  await lease.beat()
  s.time.suspend(LEASE_MS)
  t.equal(lease.confirmed(), undefined, 'and so does one whose host slept')
  await s.directory.close()
  await lease.beat()
  t.equal(lease.confirmed(), confirmed, 'while SQL is away nobody can look, and services go on')
})

t.test(
  'a look that is asked for while another is under way reads what was there when it was asked for',
  async (t) => {
    const own = ownMember()
    const s = await keyScene(t)
    const here = await s.process([own.member])
    const early = here.delivery.look()
    await s.directory.serviceKeys.prepare(ORDERS, 1)
    const late = [here.delivery.look(), here.delivery.look()]
    await Promise.all([early, ...late])
    t.equal(own.given.at(-1)?.length, 2)
    t.ok(own.given.length <= 2, 'those who wait share one')
  },
)

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
