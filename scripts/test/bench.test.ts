import { join } from 'node:path'
import t from 'tap'
import { ENDS, SETS } from '../bench/end/end-names.ts'
import { judge } from '../bench/goals.ts'
import { readOptions } from '../bench/options.ts'
import { plot } from '../bench/plot.ts'
import { contenderLine, PRODUCT, type Series } from '../bench/result.ts'
import { median, medianRatio, quantile } from '../bench/statistics.ts'
import { COSTS, FLOWS } from '../bench/token/bench-op.ts'
import { FLOORS } from '../bench/verify/floors.ts'
import { PEERS } from '../bench/verify/peers.ts'
import { FLOOR, LIST } from '../bench/verify/routes.ts'
import { repeatableRandom, zipf } from '../bench/zipf.ts'
import { cleanProcess } from './clean-process.ts'

const root = join(import.meta.dirname, '..', '..')

type Line = Readonly<Record<string, unknown>>

/** What stands in each set of the group `verify`. The figures of a smoke run mean nothing, so that none is looked at. */
const CONTENDERS: Readonly<Record<string, readonly string[]>> = {
  unseen: [FLOORS.header, FLOORS.hmac, FLOORS.json, PRODUCT, ...Object.values(PEERS)],
  reused: [FLOORS.header, FLOORS.map, PRODUCT, ...Object.values(PEERS)],
  forged: [FLOORS.hmac, PRODUCT, PEERS.fastJwt, PEERS.jsonwebtoken, PEERS.jose],
  routes: [FLOOR, PRODUCT, LIST],
}

t.test(
  'a smoke run prints a JSON line for the machine, each contender and each goal',
  async (t) => {
    const args = [
      '-C',
      '@latchkey/source',
      join('scripts', 'bench', 'main.ts'),
      '--quick',
      'verify',
    ]
    const { exitCode, lines } = await cleanProcess(args, { cwd: root }).ended
    t.equal(exitCode, 0, lines.join('\n'))
    const printed = lines
      .filter((line) => line.startsWith('{'))
      .map((line): Line => JSON.parse(line))
    const ofKind = (kind: string) => printed.filter((line) => line['kind'] === kind)

    t.match(ofKind('machine'), [
      { node: process.version, cores: Number, load: Number, date: String },
    ])
    for (const [set, names] of Object.entries(CONTENDERS)) {
      const found = ofKind('contender').filter((line) => line['set'] === set)
      t.strictSame(found.map((line) => line['name']).sort(), [...names].sort(), set)
    }
    const figures = { median: Number, min: Number, max: Number, samples: 2, cpuNsPerOp: Number }
    for (const line of ofKind('contender'))
      t.match(line, { group: 'verify', unit: 'ns/op', ...figures })
    const goals = ofKind('goal').map((line) => line['id'])
    t.strictSame(goals, ['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7'])
  },
)

t.test('a smoke run of the token endpoint does every flow at every contender', async (t) => {
  const args = ['-C', '@latchkey/source', join('scripts', 'bench', 'main.ts'), '--quick', 'token']
  const { exitCode, lines } = await cleanProcess(args, { cwd: root }).ended
  t.equal(exitCode, 0, lines.join('\n'))
  const printed = lines.filter((line) => line.startsWith('{')).map((line): Line => JSON.parse(line))
  const namesIn = (set: string) =>
    printed.filter((line) => line['set'] === set && line['kind'] === 'contender').length
  for (const flow of Object.values(FLOWS)) t.ok(namesIn(flow) >= 2, flow)
  for (const cost of Object.values(COSTS)) t.ok(namesIn(cost) >= 2, cost)
  const value = (set: string) =>
    Number(printed.find((line) => line['set'] === set && line['name'] === PRODUCT)?.['median'])
  // What is counted and not timed means something in a smoke run, too.
  // On a slow machine the heartbeat of each second falls in between, and is a part of a command for each operation.
  t.equal(Math.floor(value(COSTS.refreshCommands)), 1)
  t.equal(Math.floor(value(COSTS.loginCommands)), 6)
  // The list of a person's sessions grows by leaps.
  t.ok(value(COSTS.loginBytes) < 600)
  t.equal(value(COSTS.refreshBytes), 0)
})

t.test('what the command line cannot mean is refused', async (t) => {
  for (const args of [['verfy'], ['--rounds', '0'], ['--rounds', '1.5'], ['--rounds', '1001']]) {
    t.throws(() => readOptions(args), { code: 'bench-option' }, args.join(' '))
  }
  t.throws(() => readOptions(['--fast']), { code: 'ERR_PARSE_ARGS_UNKNOWN_OPTION' })
  t.match(readOptions(['end', 'verify', '--rounds', '3']), { groups: ['verify', 'end'], rounds: 3 })
  t.match(readOptions([]), {
    groups: ['verify', 'route', 'token', 'end', 'directory'],
    rounds: undefined,
  })
})

t.test('medians, quantiles and ratios of rounds', async (t) => {
  t.equal(median([9, 1, 2]), 2)
  t.equal(median([4, 1, 2, 3]), 2.5)
  t.equal(quantile([10, 20, 30], 0), 10)
  t.equal(quantile([10, 20, 30], 1), 30)
  t.equal(quantile([0, 100], 0.99), 99)
  t.ok(Number.isNaN(median([])))
  // Round by round, not median by median, which would be 10.
  t.equal(medianRatio([2, 20, 300], [1, 10, 2]), 2)
})

t.test(
  'a goal is met at its factor and missed below it, by the clock and by CPU time',
  async (t) => {
    const verdict = (mine: number, other: number, cpu: number) =>
      judge([series(PRODUCT, [mine], [cpu]), series(PEERS.fastJwt, [other], [10])])[0]
    t.match(verdict(100, 140, 5), { id: 'V1', reached: 1.4, met: true, reachedByCpu: 2 })
    t.match(verdict(100, 139, 10), { id: 'V1', met: false, metByCpu: false })
    const toFloor = (mine: number) =>
      judge([series(PRODUCT, [mine], [1]), series(FLOORS.hmac, [100], [1])])[0]
    t.match(toFloor(240), { id: 'V3', reached: 2.4, met: true })
    t.match(toFloor(241), { id: 'V3', met: false })
    const rate = (name: string, value: number): Series => ({
      ...series(name, [value], [10]),
      ...{ group: 'route', set: 'closed route', unit: 'req/s' },
    })
    t.match(judge([rate(PRODUCT, 250), rate('jose', 100)])[0], {
      id: 'R3',
      reached: 2.5,
      met: true,
    })
    t.match(judge([rate(PRODUCT, 249), rate('jose', 100)])[0], { id: 'R3', met: false })
  },
)

t.test('where the slow ones count, the 99th percentiles are compared', async (t) => {
  const times = (name: string, values: number[]): Series => ({
    ...series(name, values, []),
    ...{ group: 'end', set: SETS.thousand, unit: 'ms' },
  })
  const verdict = (slowest: number) =>
    judge([times(PRODUCT, [1, 1, slowest]), times(ENDS.floor, [1, 2, 2])])[0]
  t.match(verdict(3), { id: 'P3', reached: 1.48, met: true })
  t.match(verdict(3.1), { id: 'P3', met: false })
})

t.test('ratios go to the product and to the floors of the same set only', async (t) => {
  const peer = series('a peer', [30, 30], [3, 3])
  const set = [peer, series(PRODUCT, [10, 10], [1, 1]), { ...peer, name: 'another peer' }]
  const floor: Series = { ...series('a floor', [5, 5], [1, 1]), role: 'floor' }
  const elsewhere: Series = { ...floor, set: 'reused', name: 'a floor elsewhere' }
  t.match(contenderLine(peer, [...set, floor, elsewhere]), {
    ratios: { [PRODUCT]: 3, 'a floor': 6 },
    cpuRatios: { [PRODUCT]: 3, 'a floor': 3 },
  })
  t.strictSame(Object.keys(contenderLine(peer, [...set, floor, elsewhere]).ratios).length, 2)
})

t.test('the picture shows each contender, and names as text', async (t) => {
  const picture = plot([series('<b>&', [10], []), series(PRODUCT, [5], [])], 'here & now')
  t.match(picture, '&lt;b&gt;&amp;')
  t.match(picture, 'here &amp; now')
  // The background and two bars, the longer of which fills the space.
  t.equal(picture.match(/<rect/g)?.length, 3)
  t.match(picture, 'width="400.0"')
  t.match(picture, 'width="200.0"')
})

t.test(
  'Zipf: the n-th comes 1/n times as often as the first, and draws are repeatable',
  async (t) => {
    const draws = 100_000
    const counts = new Uint32Array(100)
    const draw = zipf(counts.length, repeatableRandom(7))
    for (let n = 0; n < draws; n++) {
      const drawn = draw()
      counts[drawn] = (counts[drawn] ?? 0) + 1
    }
    const [first = 0, second = 0] = counts
    t.ok(Math.abs(first / second - 2) < 0.1, `${first} to ${second}`)
    t.ok(counts.every((count) => count > 0))
    const again = zipf(counts.length, repeatableRandom(7))
    const other = zipf(counts.length, repeatableRandom(7))
    t.strictSame(Array.from({ length: 20 }, again), Array.from({ length: 20 }, other))
  },
)

function series(name: string, values: number[], cpuNsPerOp: number[]): Series {
  const role = name === PRODUCT ? 'product' : 'peer'
  return { group: 'verify', set: 'unseen', name, role, unit: 'ns/op', values, cpuNsPerOp }
}
