import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Progress, Share } from './seed-runner.ts'

export interface Seeds {
  readonly first: number
  readonly count: number
  /** Default: as many as there are processors. */
  readonly threads?: number
}

/** Of a thread that runs seeds: each leaves a whole cluster to the collector, which has less to do when it comes seldom. */
export const SEED_THREAD = { maxYoungGenerationSizeMb: 192 } as const

/** Runs seeds in several threads. Calls back as they come on; resolves when all are done. */
export async function runSeeds(
  { first, count, threads = availableParallelism() }: Seeds,
  progressed: (progress: Progress) => void,
): Promise<void> {
  const shares = Array.from({ length: threads }, (_, i): Share => {
    return { first: first + i, count: count - i, step: threads }
  })
  await Promise.all(shares.map((share) => runShare(share, progressed)))
}

function runShare(share: Share, progressed: (progress: Progress) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./seed-runner.${extension}`, import.meta.url), {
      workerData: share,
      resourceLimits: SEED_THREAD,
    })
    worker.on('message', progressed)
    worker.on('error', reject)
    worker.on('exit', (code) => {
      if (code === 0) resolve()
      else reject(new Error(`a thread of the simulation ended with ${code}`))
    })
  })
}
