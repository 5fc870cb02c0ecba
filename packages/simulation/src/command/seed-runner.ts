/** Seeds of one thread: runs those of its share, one after the other, and tells how far it has come. */
import { parentPort, workerData } from 'node:worker_threads'
import { simulate } from '../simulate.ts'

export interface Share {
  readonly first: number
  readonly count: number
  /** Takes each so many-th seed. */
  readonly step: number
}

/** What a thread tells: how many seeds are done since it told last, and what those violated. */
export interface Progress {
  readonly done: number
  readonly failed: readonly { readonly seed: number; readonly violation: string }[]
  readonly asked: number
  readonly ends: number
}

const TELL_EVERY = 25

async function run({ first, count, step }: Share): Promise<void> {
  let [done, asked, ends] = [0, 0, 0]
  let failed: { seed: number; violation: string }[] = []
  const tell = () => {
    parentPort?.postMessage({ done, failed, asked, ends } satisfies Progress)
    ;[done, asked, ends, failed] = [0, 0, 0, []]
  }
  for (let seed = first; seed < first + count; seed += step) {
    const report = await simulate(seed)
    done += 1
    asked += report.asked
    ends += report.ends
    if (report.violation !== undefined) failed.push({ seed, violation: report.violation })
    if (done === TELL_EVERY || failed.length > 0) tell()
  }
  tell()
}

await run(workerData as Share)
