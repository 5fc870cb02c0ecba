/** Group `end`: from the admin's call until every service has applied it, in turns with a bare hub. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@latchkey/testkit'
import { type Child, startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { privateRedis } from '../private-redis.ts'
import { PRODUCT, type Series } from '../result.ts'
import { writeIssuerSettings } from './issuer-settings.ts'
import type { EndTimes, ServicesFacts, ServicesQuestion } from './services.ts'

const PLAN = { usual: 200, quick: 5, warmUp: 20, budgetMs: 20_000 }
const SERVICES = [3, 100]
/** The least that the machine allows for the last of so many: see `bare-hub.ts`. */
const FLOOR = 'floor: one prebuilt frame to each socket'

export async function runEnd(options: GroupOptions): Promise<Series[]> {
  const redis = await privateRedis(options.say)
  const all: Series[] = []
  try {
    for (const redisUrl of [undefined, ...(redis ? [redis.url] : [])]) {
      for (const count of SERVICES) all.push(...(await measure(count, redisUrl, options)))
    }
  } finally {
    await redis?.stop()
  }
  return all
}

async function measure(
  count: number,
  redisUrl: string | undefined,
  options: GroupOptions,
): Promise<Series[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const children: Child[] = []
  const start = (...args: Parameters<typeof startChild>) => {
    const child = startChild(...args)
    children.push(child)
    return child
  }
  try {
    const port = await freePort()
    const { file, secret } = writeIssuerSettings(dataDir, port)
    const issuer = start('../../services/issuer/src/main.ts', {
      args: [file],
      env: redisUrl === undefined ? {} : redisEnvironment(redisUrl),
    })
    await issuer.said()
    const floorPort = await start('end/bare-hub.ts').ask<number>({})
    const services = start('end/services.ts')
    const facts: ServicesFacts = {
      count,
      issuerAddress: `http://127.0.0.1:${port}`,
      clientSecret: secret,
      credentialsFile: join(dataDir, 'cli.json'),
      floorAddress: `http://127.0.0.1:${floorPort}`,
    }
    await services.ask({ start: facts } satisfies ServicesQuestion)
    const set = `${count} services, ${redisUrl === undefined ? 'SQLite' : 'Redis'}`
    return await play(set, services, options)
  } finally {
    // The services first: they say goodbye to an issuer that is still there.
    for (const child of children.reverse()) await child.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function play(set: string, services: Child, options: GroupOptions): Promise<Series[]> {
  const times: Record<ServicesEnd, EndTimes[]> = { floor: [], user: [] }
  await playRounds({ what: `end, ${set}`, ...PLAN }, options, async (counts) => {
    for (const end of ['floor', 'user'] as const) {
      const taken = await services.ask<EndTimes>({ end } satisfies ServicesQuestion)
      if (counts) times[end].push(taken)
    }
  })
  const common = { group: 'end', set, unit: 'ms', cpuNsPerOp: [] } as const
  const { floor, user } = times
  const applied = (taken: readonly EndTimes[]) => taken.map(({ lastAppliedMs }) => lastAppliedMs)
  return [
    { ...common, name: FLOOR, role: 'floor', values: applied(floor) },
    { ...common, name: PRODUCT, role: 'product', values: applied(user) },
    {
      ...common,
      name: 'latchkey, until the admin has the answer',
      role: 'product',
      values: user.map(({ answeredMs }) => answeredMs),
    },
  ]
}

type ServicesEnd = 'floor' | 'user'

function redisEnvironment(url: string): NodeJS.ProcessEnv {
  return { LATCHKEY_REDIS_URL: url, LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64url') }
}
