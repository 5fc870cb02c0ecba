import { randomBytes } from 'node:crypto'
import type { EntryKind, LogEntry, Random } from '@latchkey/protocol'
import t from 'tap'
import { type Fingerprint, fingerprint, halfSipHash } from '../src/fingerprint.ts'
import { judgeByIdentity, judgeByPosition } from '../src/judge.ts'
import { type MarkTable, markTable } from '../src/mark-table.ts'
import { type Partition, partition } from '../src/partition.ts'
import { at, entry } from './log.ts'

/** Repeatable: 32 bits of Weyl sequence, mixed. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (state + 0x9e3779b9) | 0
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    return ((mixed ^ (mixed >>> 16)) >>> 0) % sides
  }
}

const random: Random = { bytes: (count) => randomBytes(count) }

interface Mark {
  offset: number
  expiresAt: number
}

/** What a table must do, said with a Map. */
function keepInModel(model: Map<string, Mark>, name: string, mark: Mark): void {
  const before = model.get(name) ?? { offset: 0, expiresAt: 0 }
  model.set(name, {
    offset: Math.max(before.offset, mark.offset),
    expiresAt: Math.max(before.expiresAt, mark.expiresAt),
  })
}

function sweepAll(table: MarkTable, nowSeconds: number, steps: number): number {
  let rounds = 1
  while (table.sweep(nowSeconds, steps) < 0) rounds += 1
  return rounds
}

t.test('the fingerprint is HalfSipHash-2-4 with 64 bits', async (t) => {
  // From the authors' reference: the key 00 01 .. 07 and the texts '', 00, 00 01, ...
  const vectors: Readonly<Record<number, string>> = {
    0: '218d1f59b9b83cc8',
    1: 'be552412f8387315',
    2: '064f39ef7c50eb57',
    3: 'ce0f1a45f7060679',
    4: 'd5e78a175be52ea1',
    5: 'cb9d7c3f2f3db580',
    8: 'edfee820bce4858c',
    63: '2ea63c71bf326087',
  }
  const hash = halfSipHash(0x03020100, 0x07060504)
  for (const [length, expected] of Object.entries(vectors)) {
    const bytes = Buffer.from(Array.from({ length: Number(length) }, (_, i) => i))
    const print = { low: 0, high: 0 }
    t.ok(hash(bytes.toString('latin1'), 0xee, print))
    const hex = Buffer.alloc(8)
    hex.writeInt32LE(print.low, 0)
    hex.writeInt32LE(print.high, 4)
    t.equal(hex.toString('hex'), expected, `${length} bytes`)
  }
})

t.test('every process has fingerprints of its own, and every name has one', async (t) => {
  const here = fingerprint(random)
  const of = (print: Fingerprint, name: string) => {
    print.take(name)
    return `${print.low} ${print.high}`
  }
  // Texts whose bytes are the same in one encoding or another.
  const names = ['', '\0', '\0\0', 'ab', 'ba', '慢', 'ÿþ', 'a\0', 'Ā', '\u0001\0', 's0_a', 's0_a\0']
  t.equal(new Set(names.map((name) => of(here, name))).size, names.length)
  t.equal(of(here, 's0_a'), of(here, ['s0', 'a'].join('_')))
  t.not(of(here, 's0_a'), of(fingerprint(random), 's0_a'))
})

t.test('a table does what a Map would, through growth, deletion and growth again', async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const roll = dice(seed)
    const print = fingerprint(random)
    const table = markTable()
    const model = new Map<string, Mark>()
    for (let step = 0, now = 100; step < 6000; step++) {
      const name = `s0_${roll(3000)}`
      const mark = { offset: 1 + roll(2 ** 32) * 2 ** 20, expiresAt: now + roll(400) }
      print.take(name)
      table.keep(print, mark.offset, mark.expiresAt)
      keepInModel(model, name, mark)
      if (step % 1000 !== 999) continue
      now += 200
      sweepAll(table, now, 1 + roll(500))
      for (const [key, { expiresAt }] of model) if (expiresAt < now) model.delete(key)
      const wrong = Array.from({ length: 3100 }, (_, n) => `s0_${n}`).filter((key) => {
        print.take(key)
        return table.offsetOf(print) !== (model.get(key)?.offset ?? -1)
      })
      t.strictSame(wrong, [], `seed ${seed}, step ${step}`)
      t.equal(table.size, model.size)
    }
  }
})

t.test(
  'fingerprints that crowd around the end of the slots and hold 0 are kept apart',
  async (t) => {
    for (let seed = 1; seed <= 50; seed++) {
      const roll = dice(seed)
      const table = markTable()
      const model = new Map<string, { print: { low: number; high: number }; mark: Mark }>()
      for (let n = 1; n <= 400; n++) {
        // All in one segment, most of them with the same few homes. 0 and 1 share their place on purpose.
        const low = roll(2) === 0 ? -1 - roll(40) : 2 + roll(40)
        const print = { low, high: 16 * roll(4) }
        const mark = { offset: n, expiresAt: roll(1000) }
        table.keep(print, mark.offset, mark.expiresAt)
        const key = `${print.low} ${print.high}`
        const before = model.get(key)?.mark ?? mark
        mark.expiresAt = Math.max(mark.expiresAt, before.expiresAt)
        model.set(key, { print, mark })
      }
      for (const now of [250, 500, 750, 1001]) {
        sweepAll(table, now, 1 + roll(20))
        const wrong = [...model.values()].filter(({ print, mark }) => {
          const expected = mark.expiresAt < now ? -1 : mark.offset
          return table.offsetOf(print) !== expected
        })
        t.strictSame(wrong, [], `seed ${seed}, second ${now}`)
      }
      t.equal(table.size, 0)
    }
    const table = markTable()
    table.keep({ low: 0, high: 0 }, 7, 100)
    t.equal(table.offsetOf({ low: 0, high: 0 }), 7)
    t.equal(table.offsetOf({ low: 0, high: 16 }), -1)
  },
)

t.test('two names with one fingerprint share the later offset and the later expiry', async (t) => {
  const table = markTable()
  const same = { low: 5, high: 9 }
  table.keep(same, 20, 100)
  table.keep(same, 10, 300)
  t.equal(table.offsetOf(same), 20)
  sweepAll(table, 300, 10)
  t.equal(table.offsetOf(same), 20, 'the second itself still counts')
  sweepAll(table, 301, 10)
  t.equal(table.offsetOf(same), -1)
})

t.test('seconds and offsets beyond 32 bits end nothing too early', async (t) => {
  const table = markTable()
  const one = { low: 1, high: 1 }
  table.keep(one, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  table.keep(one, 1, 1)
  sweepAll(table, 0xffffffff, 10)
  t.equal(table.offsetOf(one), Number.MAX_SAFE_INTEGER)
})

t.test('sweeping looks at no more slots than it may, and gives memory back', async (t) => {
  const print = fingerprint(random)
  const table = markTable()
  const fill = () => {
    for (let n = 0; n < 20_000; n++) {
      print.take(`s0_${n}`)
      table.keep(print, n + 1, 100)
    }
  }
  fill()
  t.equal(table.sweep(101, 7), -1)
  t.ok(table.size >= 20_000 - 7)
  const rounds = sweepAll(table, 101, 1000)
  t.ok(rounds >= 40 && rounds <= 60, `${rounds} rounds`)
  t.equal(table.size, 0)
  t.equal(table.sweep(101, 10), 10, 'nothing is left to look at')
  fill()
  t.equal(table.size, 20_000)
})

t.test('with fingerprints that collide all the time nothing dead is live', async (t) => {
  const kinds: EntryKind[] = ['token', 'session', 'user', 'client', 'service', 'stale', 'all']
  const names = Array.from({ length: 40 }, (_, n) => `n${n}`)
  let alive = 0
  for (let seed = 1; seed <= 300; seed++) {
    const roll = dice(seed)
    /** Two bits: as if somebody had found the key. */
    const print = {
      low: 1,
      high: 0,
      take: (name: string) => {
        print.low = 1 + (Number(name.slice(1)) % 4)
      },
    }
    const pick = () => names[roll(names.length)] as string
    const entries = Array.from({ length: 1 + roll(6) }, (_, n): LogEntry => {
      const k = kinds[roll(roll(8) === 0 ? 7 : 6)] as EntryKind
      return entry(n + 1, { k, v: k === 'all' ? '' : pick(), x: roll(200) })
    })
    const exactPrint = fingerprint(random)
    const endedKeys = new Set<string>()
    const weak = partition(at(0), print, endedKeys)
    const strict = partition(at(0), exactPrint, endedKeys)
    for (const one of entries) {
      weak.add(one)
      strict.add(one)
    }
    const now = roll(200)
    for (const { marks } of [weak, strict]) {
      for (const table of Object.values(marks)) sweepAll(table, now, 5)
    }
    for (let n = 0; n < 20; n++) {
      const rev = [0, 1, roll(8)] as const
      const claims = { jti: pick(), sid: pick(), sub: pick(), client_id: pick(), aud: pick(), rev }
      const verdict = (of: Partition, by: Fingerprint) =>
        judgeByIdentity([of], claims, by) ?? judgeByPosition(of, claims, by)
      const exact = verdict(strict, exactPrint)
      if (exact === 'live') alive += 1
      else t.not(verdict(weak, print), 'live', `seed ${seed}: ${exact}`)
    }
  }
  t.ok(alive > 100, 'the other case is met, too')
})

t.test('a name is looked for only where something newer than the token has ended', async (t) => {
  const inner = fingerprint(random)
  let taken = 0
  const print: Fingerprint = {
    get low() {
      return inner.low
    },
    get high() {
      return inner.high
    },
    take: (name) => {
      taken += 1
      inner.take(name)
    },
  }
  for (const kind of ['user', 'client', 'service', 'stale'] as const) {
    const home = partition(at(20), print, new Set())
    // A snapshot tells its entries in any order: what comes later is not always newer.
    home.add(entry(15, { k: kind, v: 'it' }))
    home.add(entry(3, { k: kind, v: 'other' }))
    const verdict = (offset: number) => {
      taken = 0
      const claims = {
        jti: 'j',
        sub: 'it',
        client_id: 'it',
        aud: 'it',
        rev: [0, 1, offset] as const,
      }
      return judgeByPosition(home, claims, print)
    }
    t.equal(verdict(14), kind)
    t.ok(taken > 0, `${kind}: looked for`)
    t.equal(verdict(15), 'live')
    t.equal(taken, 0, `${kind}: nothing is newer`)
  }
})
