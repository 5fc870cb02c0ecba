/** From the first frame of a new service until it may decide, while a million ended sessions live. */
import { startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { PRODUCT, type Series } from '../result.ts'
import { AGAINST, SETS } from './end-names.ts'
import type { FullLogFacts, FullLogQuestion } from './full-log-issuer.ts'
import type { JoinQuestion } from './joining-service.ts'

const PLAN = { usual: 7, quick: 1, warmUp: 1, budgetMs: 60_000 }
const ENTRIES = 1_000_000
const QUICK_ENTRIES = 5000
const LIMIT_MS = 2000

export async function runColdStart(options: GroupOptions): Promise<Series[]> {
  const entries = options.quick ? QUICK_ENTRIES : ENTRIES
  const issuer = startChild('end/full-log-issuer.ts')
  try {
    const { port, clientSecret } = await issuer.ask<FullLogFacts>({
      entries,
    } satisfies FullLogQuestion)
    const question: JoinQuestion = {
      issuerAddress: `http://127.0.0.1:${port}`,
      clientSecret,
      entries,
    }
    const values: number[] = []
    await playRounds({ what: `end, ${SETS.cold}`, ...PLAN }, options, async (counts) => {
      const service = startChild('end/joining-service.ts')
      try {
        const tookMs = await service.ask<number>(question)
        if (counts) values.push(tookMs)
      } finally {
        await service.stop()
      }
    })
    const common = { group: 'end', set: SETS.cold, unit: 'ms', cpuNsPerOp: [] } as const
    return [
      { ...common, name: PRODUCT, role: 'product', values },
      { ...common, name: AGAINST.twoSeconds, role: 'floor', values: values.map(() => LIMIT_MS) },
    ]
  } finally {
    await issuer.stop()
  }
}
