/** From the admin's call until every service has applied it, in turns with a bare hub, beside polling and introspection. */
import type { Child } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { PRODUCT, type Role, type Series } from '../result.ts'
import type { BareHubQuestion } from './bare-hub.ts'
import { benchIssuer } from './bench-issuer.ts'
import { ENDS, SETS } from './end-names.ts'
import type { EndTimes, ServicesFacts, ServicesQuestion } from './services.ts'

const PLAN = { usual: 200, quick: 3, warmUp: 20, budgetMs: 20_000 }
const POLLING_PLAN = { usual: 9, quick: 1, warmUp: 0, budgetMs: 20_000 }
const SERVICES = [3, 100]
/** The process of a thousand services has more to do than the issuer: it is asked of Redis alone, where a cluster would have them. */
const MANY_SERVICES = 1000

/** @param redisUrl undefined: none is installed */
export async function runSpread(
  redisUrl: string | undefined,
  options: GroupOptions,
): Promise<Series[]> {
  const all: Series[] = []
  const counts = options.quick ? [3] : SERVICES
  for (const count of counts) all.push(...(await measure(count, undefined, options)))
  if (redisUrl === undefined) return all
  for (const count of [...counts, ...(options.quick ? [] : [MANY_SERVICES])]) {
    all.push(...(await measure(count, redisUrl, options)))
  }
  return all
}

async function measure(
  count: number,
  redisUrl: string | undefined,
  options: GroupOptions,
): Promise<Series[]> {
  const issuer = await benchIssuer(redisUrl)
  try {
    const floor = issuer.start('end/bare-hub.ts')
    const floorPort = await floor.ask<number>({ redisUrl } satisfies BareHubQuestion)
    const services = issuer.start('end/services.ts')
    const facts: ServicesFacts = {
      count,
      issuerAddress: `http://127.0.0.1:${issuer.port}`,
      clientSecret: issuer.clientSecret,
      credentialsFile: issuer.credentialsFile,
      floorAddress: `http://127.0.0.1:${floorPort}`,
    }
    await services.ask({ start: facts } satisfies ServicesQuestion)
    const set = `${count} services, ${redisUrl === undefined ? 'SQLite' : 'Redis'}`
    return await play(set, services, options)
  } finally {
    await issuer.stop()
  }
}

async function play(set: string, services: Child, options: GroupOptions): Promise<Series[]> {
  const times: Record<ServicesEnd, EndTimes[]> = { floor: [], user: [], receipts: [] }
  await playRounds({ what: `end, ${set}`, ...PLAN }, options, async (counts) => {
    for (const end of ['floor', 'user', 'receipts'] as const) {
      const taken = await services.ask<EndTimes>({ end } satisfies ServicesQuestion)
      if (counts) times[end].push(taken)
    }
  })
  const { floor, user, receipts } = times
  const contrasted = options.quick ? '3 services, Redis' : SETS.hundred
  const applied = (taken: readonly EndTimes[]) => taken.map(({ lastAppliedMs }) => lastAppliedMs)
  const answered = (taken: readonly EndTimes[]) => taken.map(({ answeredMs }) => answeredMs)
  return [
    inMs(set, ENDS.floor, 'floor', applied(floor)),
    inMs(set, PRODUCT, 'product', applied(user)),
    inMs(set, ENDS.answered, 'product', answered(user)),
    inMs(set, ENDS.receipts, 'product', answered(receipts)),
    ...(set === contrasted ? await contrasts(set, services, options) : []),
  ]
}

/** What others do: ask now and then, or ask at each request. */
async function contrasts(
  set: string,
  services: Child,
  options: GroupOptions,
): Promise<readonly Series[]> {
  const polled: { meanMs: number; lastMs: number }[] = []
  const asked: number[] = []
  await playRounds({ what: `end, ${set}: polling`, ...POLLING_PLAN }, options, async () => {
    polled.push(await services.ask({ poll: true } satisfies ServicesQuestion))
    asked.push(await services.ask({ introspect: true } satisfies ServicesQuestion))
  })
  return [
    inMs(
      set,
      ENDS.pollingMean,
      'peer',
      polled.map(({ meanMs }) => meanMs),
    ),
    inMs(
      set,
      ENDS.pollingLast,
      'peer',
      polled.map(({ lastMs }) => lastMs),
    ),
    inMs(set, ENDS.introspection, 'peer', asked),
  ]
}

function inMs(set: string, name: string, role: Role, values: readonly number[]): Series {
  return { group: 'end', set, name, role, unit: 'ms', values, cpuNsPerOp: [] }
}

type ServicesEnd = 'floor' | 'user' | 'receipts'
