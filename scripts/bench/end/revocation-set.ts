/** Memory and misses of a million ended sessions, beside what one would write down first. Each in a process of its own, in turns. */
import { startChild } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import { PRODUCT, type Series } from '../result.ts'
import { AGAINST, SETS } from './end-names.ts'
import type { SetFacts, SetQuestion } from './ended-million.ts'

const PLAN = { usual: 7, quick: 1, warmUp: 0, budgetMs: 120_000 }
const ENTRIES = 1_000_000
const QUICK_ENTRIES = 5000

export async function runRevocationSet(options: GroupOptions): Promise<Series[]> {
  const entries = options.quick ? QUICK_ENTRIES : ENTRIES
  const facts: Record<SetQuestion['structure'], SetFacts[]> = { replica: [], map: [] }
  await playRounds({ what: `end, ${SETS.memory}`, ...PLAN }, options, async () => {
    for (const structure of ['map', 'replica'] as const) {
      const child = startChild('end/ended-million.ts')
      try {
        const question: SetQuestion = { structure, entries }
        facts[structure].push(await child.ask<SetFacts>(question))
      } finally {
        await child.stop()
      }
    }
  })
  return (['replica', 'map'] as const).flatMap((structure) => {
    const common = {
      group: 'end',
      name: structure === 'map' ? AGAINST.map : PRODUCT,
      role: structure === 'map' ? 'peer' : 'product',
      cpuNsPerOp: [],
    } as const
    const taken = facts[structure]
    const megabytes = taken.map(({ rssBytes }) => rssBytes / 2 ** 20)
    const misses = taken.map(({ missNs }) => missNs)
    return [
      { ...common, set: SETS.memory, unit: 'MB', values: megabytes },
      { ...common, set: SETS.miss, unit: 'ns/op', values: misses },
    ] as const
  })
}
