import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@latchkey/testkit'
import type { Child } from '../child.ts'
import type { GroupOptions } from '../group.ts'
import { playRounds } from '../play-rounds.ts'
import type { Series } from '../result.ts'
import { COSTS, type Contender, type OpQuestion } from './bench-op.ts'
import type { BuiltPrograms } from './built-programs.ts'
import { coldStart } from './cold-start.ts'
import { cost } from './costs.ts'
import { issuerSettings } from './issuer-settings.ts'

const PLAN = { what: 'token, cold starts', usual: 9, quick: 1, warmUp: 1, budgetMs: 40_000 }

interface Running {
  readonly contender: Contender
  readonly child: Child
}

/** Memory before any load, and how long it takes from nothing to the first token: both as they are run, with compiled code kept. */
export async function measureStarts(
  redisUrl: string,
  running: readonly Running[],
  programs: Pick<BuiltPrograms, 'issuer' | 'provider' | 'compileCache'>,
  options: GroupOptions,
): Promise<Series[]> {
  const memory: Series[] = []
  for (const { contender, child } of running) {
    const bytes = await child.ask<number>({ rss: true } satisfies OpQuestion)
    memory.push(cost(COSTS.memoryBefore, contender, 'MB', [bytes / 2 ** 20]))
  }
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-start-'))
  try {
    const port = await freePort()
    const { file, env } = issuerSettings(folder, port, redisUrl)
    const kept = { NODE_COMPILE_CACHE: programs.compileCache }
    const start = ['start', '--config', file]
    const times = { latchkey: [] as number[], provider: [] as number[] }
    await playRounds(PLAN, options, async (counts) => {
      const ours = await coldStart(programs.issuer, start, { ...env, ...kept }, port)
      const theirs = await coldStart(programs.provider, [String(port), redisUrl], kept, port)
      if (!counts) return
      times.latchkey.push(ours.ms)
      times.provider.push(theirs.ms)
    })
    return [
      ...memory,
      cost(COSTS.start, 'latchkey', 'ms', times.latchkey),
      cost(COSTS.start, 'provider', 'ms', times.provider),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
