/** What a feed costs on which nothing happens: leases, pings and their answers, counted on the wire. */
import { setTimeout as wait } from 'node:timers/promises'
import { type FeedEncoding, feedClient } from '@latchkey/feed'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { PRODUCT, type Series } from '../result.ts'
import { type BenchIssuer, benchIssuer } from './bench-issuer.ts'
import { type CountingProxy, countingProxy } from './counting-proxy.ts'
import { AGAINST, SETS } from './end-names.ts'
import { AUDIENCE, CLIENT } from './issuer-settings.ts'

const PLAN = { usual: 9, quick: 1, warmUp: 0, budgetMs: 60_000 }
/** Whole rounds of leases: T/5 is a second. */
const SECONDS = 5
const TARGET_BYTES = 200

export async function runIdle(options: GroupOptions): Promise<Series[]> {
  const issuer = await benchIssuer(undefined)
  try {
    const text = await bytesASecond(issuer, 'text', options)
    const binary = await bytesASecond(issuer, 'binary', options)
    const one = (name: string, role: Series['role'], values: number[]): Series => {
      return { group: 'end', set: SETS.idle, name, role, unit: 'B', values, cpuNsPerOp: [] }
    }
    return [
      one(PRODUCT, 'product', text),
      one('latchkey, binary frames', 'product', binary),
      one(
        AGAINST.bytes,
        'floor',
        text.map(() => TARGET_BYTES),
      ),
    ]
  } finally {
    await issuer.stop()
  }
}

async function bytesASecond(
  { port, clientSecret }: BenchIssuer,
  encoding: FeedEncoding,
  options: GroupOptions,
): Promise<number[]> {
  const proxy = await countingProxy(port)
  const feed = feedClient({
    issuerAddress: `http://127.0.0.1:${proxy.port}`,
    service: AUDIENCE,
    credentials: { clientId: CLIENT, clientSecret },
    encoding,
    transport: 'websocket',
  })
  try {
    const values: number[] = []
    await new Promise<void>((resolve) => {
      feed.subscribe({ leased: resolve })
    })
    await playRounds({ what: `end, ${SETS.idle}, ${encoding}`, ...PLAN }, options, async () => {
      values.push(await countFor(proxy, options.quick ? 0.1 : SECONDS))
    })
    return values
  } finally {
    await feed.close()
    await proxy.close()
  }
}

async function countFor(proxy: CountingProxy, seconds: number): Promise<number> {
  const before = proxy.bytes()
  const begun = performance.now()
  await wait(seconds * 1000)
  return ((proxy.bytes() - before) * 1000) / (performance.now() - begun)
}
