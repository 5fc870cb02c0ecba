/** Group `token`: what the issuer does for its clients, in turns with oidc-provider on the same Redis and with a floor. */
import { freePort } from '@latchkey/testkit'
import { type Child, startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { privateRedis } from '../private-redis.ts'
import type { Series } from '../result.ts'
import { median } from '../statistics.ts'
import { CONTENDERS, COSTS, type Contender, FLOWS, type Flow, type OpQuestion } from './bench-op.ts'
import { buildPrograms } from './built-programs.ts'
import { cost, ROLES, redisCosts, sessionBytes } from './costs.ts'
import type { Load, LoadQuestion } from './load.ts'
import { type RedisCost, redisCost } from './redis-facts.ts'
import { measureStarts } from './starts.ts'

const PLAN = { usual: 9, quick: 1, warmUp: 1, budgetMs: 40_000 }
const CONNECTIONS = 32
const TURN_MS = 700
const QUICK_TURN_MS = 100
/** Enough that keys of the same kind are counted many times, few enough to be over soon. */
const COUNTED = 32
const COUNTS = 5

/** The floor does one request; it stands beside the flows that are one request. */
const TAKES_PART: Readonly<Record<Flow, readonly Contender[]>> = {
  machine: ['floor', 'latchkey', 'provider'],
  refresh: ['floor', 'latchkey', 'provider'],
  login: ['latchkey', 'provider'],
  silent: ['latchkey', 'provider'],
  introspect: ['floor', 'latchkey', 'provider'],
}

interface Op {
  readonly contender: Contender
  readonly child: Child
  readonly port: number
}

interface Turn {
  readonly rate: number
  readonly cpuNs: number
  readonly p99Ms: number
}

export async function runToken(options: GroupOptions): Promise<Series[]> {
  const redis = await privateRedis(options.say)
  if (redis === undefined) return []
  const programs = await buildPrograms()
  const children: Child[] = []
  const start = (...args: Parameters<typeof startChild>) => {
    const child = startChild(...args)
    children.push(child)
    return child
  }
  try {
    const load = start('token/load.ts', { core: 'last' })
    const ops: Op[] = []
    for (const contender of Object.keys(CONTENDERS) as Contender[]) {
      const port = await freePort()
      const child = start(programs.asked[contender], {
        core: 'first',
        args: [String(port)],
        env: { NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
      })
      await child.ask<true>({ start: { redisUrl: redis.url } } satisfies OpQuestion)
      ops.push({ contender, child, port })
    }
    const before = await measureStarts(redis.url, ops, programs, options)
    const all: Series[] = []
    for (const flow of Object.keys(FLOWS) as Flow[]) {
      const taking = ops.filter(({ contender }) => TAKES_PART[flow].includes(contender))
      all.push(...(await play(flow, taking, load, redis.url, options)))
    }
    return [
      ...all,
      ...redisCosts(all),
      ...(await sessionBytes(redis.url)),
      ...before,
      ...(await memoryAfterLoad(ops)),
    ]
  } finally {
    await Promise.all(children.map((child) => child.stop()))
    await redis.stop()
    programs.remove()
  }
}

async function play(
  flow: Flow,
  ops: readonly Op[],
  load: Child,
  redisUrl: string,
  options: GroupOptions,
): Promise<Series[]> {
  const turns = new Map<Op, Turn[]>(ops.map((op) => [op, []]))
  const ms = options.quick ? QUICK_TURN_MS : TURN_MS
  const plan = { what: `token, ${FLOWS[flow]}`, ...PLAN }
  await playRounds(plan, options, async (counts) => {
    for (const [op, taken] of turns) {
      const turn = await takeTurn(flow, op, load, { ms })
      if (counts) taken.push(turn)
    }
  })
  const series: Series[] = []
  for (const [op, taken] of turns) {
    series.push(seriesOf(flow, op, taken, await costOf(flow, op, load, redisUrl)))
  }
  return series
}

/** Medians of several counts, most of which the heartbeat of a second does not fall into. */
async function costOf(flow: Flow, op: Op, load: Child, redisUrl: string) {
  const counts: RedisCost[] = []
  for (let count = 0; count < COUNTS; count++) {
    const work = () => ask(load, flow, op, 1, { operations: COUNTED })
    counts.push(await redisCost(redisUrl, COUNTED, work))
  }
  return {
    commands: median(counts.map(({ commands }) => commands)),
    bytes: median(counts.map(({ bytes }) => bytes)),
  }
}

async function takeTurn(
  flow: Flow,
  op: Op,
  load: Child,
  until: LoadQuestion['until'],
): Promise<Turn> {
  const before = await op.child.cpuMicros()
  const { operations, seconds, p99Ms } = await ask(load, flow, op, CONNECTIONS, until)
  const cpuNs = (((await op.child.cpuMicros()) - before) * 1000) / operations
  return { rate: operations / seconds, cpuNs, p99Ms }
}

function ask(
  load: Child,
  flow: Flow,
  { contender, port }: Op,
  connections: number,
  until: LoadQuestion['until'],
): Promise<Load> {
  return load.ask<Load>({ contender, flow, port, connections, until } satisfies LoadQuestion)
}

function seriesOf(
  flow: Flow,
  { contender }: Op,
  turns: readonly Turn[],
  { commands, bytes }: { commands: number; bytes: number },
): Series {
  return {
    group: 'token',
    set: FLOWS[flow],
    name: CONTENDERS[contender],
    role: ROLES[contender],
    unit: 'req/s',
    values: turns.map(({ rate }) => rate),
    cpuNsPerOp: turns.map(({ cpuNs }) => cpuNs),
    extra: {
      latencyP99Ms: median(turns.map(({ p99Ms }) => p99Ms)),
      redisCommands: commands,
      redisBytes: bytes,
    },
  }
}

async function memoryAfterLoad(ops: readonly Op[]): Promise<Series[]> {
  const all: Series[] = []
  for (const { contender, child } of ops) {
    const bytes = await child.ask<number>({ rss: true } satisfies OpQuestion)
    all.push(cost(COSTS.memoryAfter, contender, 'MB', [bytes / 2 ** 20]))
  }
  return all
}
