/** Group `route`: a closed route of a Fastify service under load, in turns with other ways to close it. */
import { randomBytes } from 'node:crypto'
import { benchKey, signTokens } from '../bench-tokens.ts'
import { type Child, startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { privateRedis } from '../private-redis.ts'
import type { Series } from '../result.ts'
import { median } from '../statistics.ts'
import type { Load, LoadQuestion } from './load.ts'
import { opaqueTokens } from './opaque-tokens.ts'
import type { ServerFacts } from './server.ts'
import { VARIANTS, type Variant } from './variants.ts'

const PLAN = { what: 'route', usual: 21, quick: 1, warmUp: 1, budgetMs: 100_000 }
const TURN_MS = 400
/** Latchkey's memory takes in what comes for the second time. */
const TIMES_EACH = 2
const QUICK_TURN_MS = 100
const ACTIVE_TOKENS = 10_000
/** The store in memory that oidc-provider brings keeps about twice as many. Nothing is cached, so that the number does not matter. */
const OPAQUE_TOKENS = 500

interface Server {
  readonly variant: Variant
  readonly child: Child
  readonly port: number
  readonly load: Child
  /** What decides about its tokens in its place: counted too. */
  readonly helper: Child | undefined
}

interface Turn {
  readonly rate: number
  readonly cpuNs: number
  readonly p99Ms: number
}

export async function runRoute(options: GroupOptions): Promise<Series[]> {
  const redis = await privateRedis(options.say)
  const children: Child[] = []
  const start = (...args: Parameters<typeof startChild>) => {
    const child = startChild(...args)
    children.push(child)
    return child
  }
  try {
    const load = start('route/load.ts', { core: 'last' })
    const asker = start('route/load.ts', { core: 'last' })
    const provider = start('route/provider.ts', {
      core: 'last',
      env: { NODE_ENV: 'production', NODE_NO_WARNINGS: '1' },
    })
    const origin = `http://127.0.0.1:${await provider.ask<number>({})}`
    const facts = {
      master: new Uint8Array(randomBytes(32)),
      redisUrl: redis?.url,
      introspection: `${origin}/token/introspection`,
    }
    await tell(load, { tokens: signTokens(benchKey(Buffer.from(facts.master)), ACTIVE_TOKENS) })
    await tell(asker, { tokens: await opaqueTokens(origin, OPAQUE_TOKENS) })
    const servers: Server[] = []
    for (const variant of variantsWith(redis !== undefined)) {
      const child = start('route/server.ts', { core: 'first' })
      const port = await child.ask<number>({ variant, ...facts } satisfies ServerFacts)
      const asks = variant === 'introspection'
      servers.push({
        ...{ variant, child, port },
        load: asks ? asker : load,
        helper: asks ? provider : undefined,
      })
    }
    return await play(servers, options)
  } finally {
    await Promise.all(children.map((child) => child.stop()))
    await redis?.stop()
  }
}

function variantsWith(redis: boolean): Variant[] {
  const all = Object.keys(VARIANTS) as Variant[]
  return redis ? all : all.filter((variant) => !variant.startsWith('fastJwtRedis'))
}

async function play(servers: readonly Server[], options: GroupOptions): Promise<Series[]> {
  const turns = new Map<Server, Turn[]>(servers.map((server) => [server, []]))
  options.progress('route, filling the caches', 0, 1)
  for (const { load, port } of servers) {
    await load.ask({ port, each: options.quick ? 1 : TIMES_EACH } satisfies LoadQuestion)
  }
  await playRounds(PLAN, options, async (counts) => {
    for (const [server, taken] of turns) {
      const turn = await takeTurn(server, options.quick ? QUICK_TURN_MS : TURN_MS)
      if (counts) taken.push(turn)
    }
  })
  return [...turns].map(([{ variant }, taken]) => seriesOf(variant, taken))
}

async function takeTurn({ child, helper, load, port }: Server, forMs: number): Promise<Turn> {
  const cpuMicros = async () => (await child.cpuMicros()) + ((await helper?.cpuMicros()) ?? 0)
  const cpuBefore = await cpuMicros()
  const { requests, seconds, p99Ms } = await load.ask<Load>({ port, forMs } satisfies LoadQuestion)
  const cpuNs = (((await cpuMicros()) - cpuBefore) * 1000) / requests
  return { rate: requests / seconds, cpuNs, p99Ms }
}

function seriesOf(variant: Variant, turns: readonly Turn[]): Series {
  return {
    group: 'route',
    set: 'closed route',
    name: VARIANTS[variant],
    role: variant === 'bare' ? 'floor' : variant === 'latchkey' ? 'product' : 'peer',
    unit: 'req/s',
    values: turns.map(({ rate }) => rate),
    cpuNsPerOp: turns.map(({ cpuNs }) => cpuNs),
    extra: { latencyP99Ms: median(turns.map(({ p99Ms }) => p99Ms)) },
  }
}

function tell(child: Child, question: LoadQuestion): Promise<boolean> {
  return child.ask(question)
}
