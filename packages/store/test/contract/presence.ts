import type { Store, VerifierPresence } from '@latchkey/store'
import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import { NOW, sampleVerifier } from './samples.ts'

/** Attack K8: who is connected is told by the issuer processes, and nobody speaks for another service's verifier. */
export async function presenceRules(t: Test, engine: Engine): Promise<void> {
  const HOUR = 3600
  const known = (store: Store, now = NOW) =>
    store.presence.list({ keepSeconds: 600, aliveSeconds: 10, now })
  const inOrder = (list: readonly VerifierPresence[]) =>
    list.toSorted((a, b) => (a.instance < b.instance ? -1 : 1))

  await t.test('what the processes have reported last is what everybody reads', async (t) => {
    const store = await engine.open(t)
    t.strictSame(await known(store), [])
    const first = sampleVerifier()
    const other = sampleVerifier({ process: 'Q', audience: 'https://c.example', kids: [] })
    await store.presence.report('P', [first], NOW)
    await store.presence.report('Q', [other], NOW)
    t.strictSame(inOrder(await known(store)), inOrder([first, other]))
    const further = { ...first, applied: [{ partition: 0, epoch: 7, offset: 13 }] }
    await store.presence.report('P', [further], NOW + 1)
    t.strictSame(inOrder(await known(store)), inOrder([further, other]))
  })

  await t.test('more verifiers than fit one step are all kept', async (t) => {
    const store = await engine.open(t)
    const many = Array.from({ length: 620 }, () => sampleVerifier())
    await store.presence.report('P', many, NOW)
    t.equal((await known(store)).length, 620)
  })

  await t.test('one that left is told for as long as was asked', async (t) => {
    const store = await engine.open(t)
    const gone = sampleVerifier({ goneAt: NOW })
    await store.presence.report('P', [gone], NOW)
    for (const now of [NOW, NOW + 599]) {
      await store.presence.report('P', [], now)
      t.strictSame(await known(store, now), [gone])
    }
    await store.presence.report('P', [], NOW + 600)
    t.strictSame(await known(store, NOW + 600), [])
  })

  await t.test('with a process that is silent all its verifiers are gone since then', async (t) => {
    const store = await engine.open(t)
    const verifier = sampleVerifier()
    await store.presence.report('P', [verifier], NOW)
    await store.presence.report('P', [], NOW + 3)
    t.strictSame(await known(store, NOW + 12), [verifier])
    t.strictSame(await known(store, NOW + 13), [{ ...verifier, goneAt: NOW + 3 }])
    await store.presence.report('P', [], NOW + 14)
    t.strictSame(await known(store, NOW + 14), [verifier], 'it was only late')
  })

  await t.test('leaving one process for another is not leaving', async (t) => {
    const store = await engine.open(t)
    const before = sampleVerifier()
    const moved = { ...before, process: 'Q' }
    await store.presence.report('P', [before], NOW)
    await store.presence.report('Q', [moved], NOW)
    await store.presence.report('P', [{ ...before, goneAt: NOW + 1 }], NOW + 1)
    t.strictSame(await known(store), [moved])
    await store.presence.report('Q', [{ ...moved, goneAt: NOW + 2 }], NOW + 2)
    t.strictSame(await known(store), [{ ...moved, goneAt: NOW + 2 }])
    const back = { ...before, goneAt: NOW + 3 }
    await store.presence.report('P', [back], NOW + 3)
    t.strictSame(await known(store), [back], 'the other one has let it go')
  })

  await t.test('a verifier with the name of another service’s is another verifier', async (t) => {
    const store = await engine.open(t)
    const honest = sampleVerifier()
    const liar = { ...honest, audience: 'https://evil.example', clientId: 'evil', applied: [] }
    const neighbour = { ...honest, clientId: 'other-reports' }
    await store.presence.report('P', [honest, liar, neighbour], NOW)
    const list = await known(store)
    t.equal(list.length, 3)
    for (const each of [honest, liar, neighbour]) t.ok(list.some((one) => same(one, each)))
  })

  await t.test('what nobody has reported for an hour is forgotten', async (t) => {
    const store = await engine.open(t)
    const all = (now: number) =>
      store.presence.list({ keepSeconds: 10 * HOUR, aliveSeconds: 10 * HOUR, now })
    const [old, young] = [sampleVerifier(), sampleVerifier({ process: 'Q' })]
    await store.presence.report('P', [old], NOW)
    await store.presence.report('Q', [young], NOW + 1)
    t.equal((await all(NOW + HOUR)).length, 2)
    await store.presence.report('R', [], NOW + HOUR)
    t.equal((await all(NOW + HOUR)).length, 2)
    await store.presence.report('R', [], NOW + HOUR + 1)
    t.strictSame(await all(NOW + HOUR + 1), [young])
  })

  await t.test('news are hinted at, and what was known is not', async (t) => {
    const store = await engine.open(t)
    const hints: string[] = []
    let heard = Promise.withResolvers<void>()
    const stop = store.presence.watch(() => {
      hints.push('hint')
      heard.resolve()
    })
    const verifier = sampleVerifier()
    await store.presence.report('P', [verifier], NOW)
    await heard.promise
    await store.presence.report('P', [verifier], NOW + 1)
    await store.presence.report('P', [], NOW + 2)
    heard = Promise.withResolvers()
    await store.presence.report('P', [{ ...verifier, kids: [] }], NOW + 3)
    await heard.promise
    t.strictSame(hints, ['hint', 'hint'])
    stop()
    const other = Promise.withResolvers<void>()
    store.presence.watch(other.resolve)
    await store.presence.report('P', [verifier], NOW + 4)
    await other.promise
    t.equal(hints.length, 2, 'who has stopped listening hears nothing')
  })
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
