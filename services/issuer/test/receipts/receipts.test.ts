/** Receipts rest on what each verifier has said of itself: docs/protocol/receipts.md. */
import t from 'tap'
import type { LogTailListener } from '../../src/feed/log-tail.ts'
import { passedOn } from '../../src/receipts/passed-on.ts'
import type { Receipt, Tracking } from '../../src/receipts/receipt-tracker.ts'
import { EPOCH, LEASE_MS, receiptScene } from '../fixtures/receipt-scene.ts'

const [A, B] = ['https://a.example', 'https://b.example']
const at = (offset: number, epoch = EPOCH) => [{ partition: 0, epoch, offset }]

/** By instance: `applied 12`, `waiting`, `offline`. */
function told(tracking: Pick<Tracking, 'receipts'>): Record<string, string> {
  const text = ({ state, afterMs }: Receipt) => [state, afterMs].join(' ').trim()
  return Object.fromEntries(tracking.receipts().map((one) => [one.instance, text(one)]))
}

async function isSettled({ settled }: Pick<Tracking, 'settled'>): Promise<boolean> {
  const turnOver = new Promise<boolean>((resolve) => setImmediate(resolve, false))
  return await Promise.race([settled.then(() => true), turnOver])
}

t.test('an issuer process reports its verifiers', async (t) => {
  t.test('what happens in one turn goes in one write, and an idle ack in none', async (t) => {
    const { state, issuer, settle } = await receiptScene(t)
    const one = issuer('P')
    one.reporter.start()
    await settle()
    t.strictSame(state.reports.splice(0), [[]], 'that it is alive')
    const [a, b] = [one.join(A), one.join(B)]
    a.ack(3)
    b.ack(4)
    b.ack(5)
    await settle()
    t.strictSame(
      state.reports.splice(0).map((report) => report.map(({ applied }) => applied)),
      [[at(3), at(5)]],
    )
    b.ack(5)
    await settle()
    t.strictSame(state.reports, [])
  })

  t.test(
    'it says that it is alive five times in a lease, and repeats all in that time',
    async (t) => {
      const { state, issuer, settle, time } = await receiptScene(t)
      const one = issuer('P')
      one.reporter.start()
      for (let i = 0; i < 7; i++) one.join(A)
      await settle()
      state.reports.splice(0)
      for (let beat = 0; beat < 5; beat++) {
        time.advance(LEASE_MS / 5)
        await settle()
      }
      t.equal(state.reports.length, 5)
      t.equal(new Set(state.reports.flat().map(({ instance }) => instance)).size, 7)
      t.ok(state.reports.every((report) => report.length <= 2))
    },
  )

  t.test('what could not be reported is reported when the store is back', async (t) => {
    const { state, issuer, settle, time } = await receiptScene(t)
    const [one, two] = [issuer('P'), issuer('Q')]
    one.reporter.start()
    state.away = true
    const { ack, leave } = one.join(A)
    ack(3)
    const other = one.join(B)
    leave()
    await settle()
    t.strictSame(await two.known.all(60), { verifiers: [], complete: false })
    state.away = false
    time.advance(LEASE_MS / 5)
    await settle()
    const { verifiers } = await two.known.all(60)
    const gone = verifiers.map(({ instance, goneAt }) => [instance === other.instance, !!goneAt])
    t.strictSame(gone.sort(), [
      [false, true],
      [true, false],
    ])
    t.equal(one.warned.length, 2, 'one line when it begins, one when it is over')
  })

  t.test('a verifier is back before its old socket has closed', async (t) => {
    const { issuer, settle } = await receiptScene(t)
    const one = issuer('P')
    one.reporter.start()
    const old = one.join(A)
    const back = one.join(A, old.instance)
    back.ack(9)
    old.leave()
    await settle()
    const { verifiers } = await issuer('Q').known.all(60)
    t.match(verifiers, [{ instance: old.instance, applied: at(9) }])
    t.equal(verifiers[0]?.goneAt, undefined)
  })

  t.test('a process that stops says that its verifiers are gone', async (t) => {
    const { issuer, settle } = await receiptScene(t)
    const one = issuer('P')
    one.reporter.start()
    one.join(A)
    await settle()
    await one.reporter.stop()
    const { verifiers } = await issuer('Q').known.all(60)
    t.match(verifiers, [{ goneAt: Number }])
  })
})

t.test('receipts', async (t) => {
  /** Two processes; the end is run by the first one, 40 ms before anybody can answer. */
  async function scene(t: Parameters<typeof receiptScene>[0]) {
    const all = await receiptScene(t)
    const [here, there] = [all.issuer('P'), all.issuer('Q')]
    here.reporter.start()
    there.reporter.start()
    const end = async (offset: number, audience?: string) => {
      await all.settle()
      const askedAtMs = all.time.clock.monotonicMs()
      const before = await here.tracker.before()
      all.time.advance(40)
      const tracking = here.tracker.track({ positions: at(offset), audience, askedAtMs }, before)
      await all.settle()
      return tracking
    }
    return { ...all, here, there, end }
  }

  t.test('an end is settled when all that are connected have applied it', async (t) => {
    const { here, there, end, settle, time } = await scene(t)
    const [own, other] = [here.join(A), there.join(B)]
    own.ack(4)
    const tracking = await end(5)
    t.strictSame(told(tracking), { [own.instance]: 'waiting', [other.instance]: 'waiting' })
    own.ack(5)
    t.equal(told(tracking)[own.instance], 'applied 40', 'an own one is seen at once')
    t.equal(await isSettled(tracking), false)
    time.advance(60)
    other.ack(6)
    await settle()
    t.strictSame(told(tracking), { [own.instance]: 'applied 40', [other.instance]: 'applied 100' })
    t.equal(await isSettled(tracking), true)
    t.equal(tracking.complete(), true)
  })

  t.test('an offline one is named and not waited for, until its lease must be over', async (t) => {
    const { here, there, end, time, settle } = await scene(t)
    const [own, gone] = [here.join(A), there.join(B)]
    await settle()
    gone.leave()
    own.ack(5)
    const tracking = await end(5)
    t.strictSame(told(tracking), { [own.instance]: 'applied 40', [gone.instance]: 'offline' })
    t.equal(await isSettled(tracking), true)
    for (let beat = 0; beat < 20; beat++) {
      time.advance(1000)
      await settle()
    }
    own.ack(6)
    t.strictSame(Object.keys(told(await end(6))), [own.instance])
  })

  t.test('one that comes back, at another process too, is still waited for', async (t) => {
    const { here, there, end, settle } = await scene(t)
    const own = here.join(A)
    const tracking = await end(5)
    own.leave()
    t.strictSame(told(tracking), { [own.instance]: 'offline' })
    t.equal(await isSettled(tracking), false)
    there.join(A, own.instance).ack(5)
    await settle()
    t.strictSame(told(tracking), { [own.instance]: 'applied 40' })
    t.equal(await isSettled(tracking), true)
  })

  t.test(
    'attack K8: who says that it has applied what it has not speaks for itself only',
    async (t) => {
      const { here, there, end, settle } = await scene(t)
      const honest = here.join(A)
      there.join(A, honest.instance, 'evil').ack(1000)
      there.join(B, honest.instance).ack(1000)
      const tracking = await end(5)
      const states = tracking.receipts().map(({ audience, state }) => `${audience} ${state}`)
      t.strictSame(states.sort(), [`${A} applied`, `${A} waiting`, `${B} applied`])
      t.equal(await isSettled(tracking), false)
      honest.ack(5)
      await settle()
      t.equal(await isSettled(tracking), true)
    },
  )

  t.test('what concerns one service is asked of its verifiers only', async (t) => {
    const { here, end } = await scene(t)
    const [a] = [here.join(A), here.join(B)]
    t.strictSame(told(await end(5, A)), { [a.instance]: 'waiting' })
  })

  t.test('a place in another log proves nothing', async (t) => {
    const { here, end } = await scene(t)
    const [old, late] = [here.join(A), here.join(B)]
    old.ack(900, EPOCH - 1)
    late.ack(900, EPOCH + 1)
    const tracking = await end(5)
    t.strictSame(told(tracking), { [old.instance]: 'waiting', [late.instance]: 'waiting' })
  })

  t.test('who joins later has it already, and is nobody to wait for', async (t) => {
    const { here, end, time } = await scene(t)
    const tracking = await end(5)
    time.advance(1000)
    here.join(A)
    t.strictSame(told(tracking), {})
  })

  t.test('without the store the own ones are told, and that there may be others', async (t) => {
    const { here, there, end, settle, state } = await scene(t)
    const own = here.join(A)
    there.join(B)
    await settle()
    state.away = true
    const tracking = await end(5)
    t.strictSame(told(tracking), { [own.instance]: 'waiting' })
    t.equal(tracking.complete(), false)
    own.ack(5)
    t.equal(await isSettled(tracking), true)
  })
})

t.test(
  'many ends at once look once at who is there, and each looks again after its end',
  async (t) => {
    const { issuer, settle, time, state } = await receiptScene(t)
    const [here, there] = [issuer('P'), issuer('Q')]
    there.reporter.start()
    await settle()
    const first = here.tracker.before()
    t.equal(here.tracker.before(), first)
    await first
    const late = there.join(A)
    await settle()
    const ended = { positions: at(5), askedAtMs: time.clock.monotonicMs() }
    const tracking = here.tracker.track(ended, await here.tracker.before())
    t.strictSame(told(tracking), {}, 'not known yet')
    t.equal(await isSettled(tracking), false)
    await settle()
    t.strictSame(told(tracking), { [late.instance]: 'waiting' })
    state.away = true
    time.advance(251)
    t.match(await here.tracker.before(), { complete: false })
  },
)

t.test(
  'nobody is looked up before the entry is with the verifiers, or there is none',
  async (t) => {
    const rows: Record<string, (heard: LogTailListener, over: PromiseWithResolvers<void>) => void> =
      {
        'an entry is passed on': (heard) => heard.appended(EPOCH, []),
        'the log begins anew': (heard) => heard.reset(0),
        'nothing was left to end': (_, over) => over.resolve(),
        'the end has failed': (_, over) => over.reject(new Error('store')),
      }
    for (const [name, happens] of Object.entries(rows)) {
      const listeners = new Set<LogTailListener>()
      const listen = (listener: LogTailListener) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
      const over = Promise.withResolvers<void>()
      const settled = passedOn({ listen }, over.promise)
      t.equal(await isSettled({ settled }), false, name)
      for (const listener of listeners) happens(listener, over)
      t.equal(await isSettled({ settled }), true, name)
      t.equal(listeners.size, 0, `${name}: it listens no longer`)
    }
  },
)
