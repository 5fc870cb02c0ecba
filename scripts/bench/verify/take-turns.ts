import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Contender } from './contender.ts'

export interface Turn {
  readonly wallNsPerOp: number
  readonly cpuNsPerOp: number
}

export interface Work {
  readonly count: number
  /** The header of the n-th operation, as a fresh string. */
  readonly header: (n: number) => string
  /** Whether a verifier must accept these tokens. */
  readonly good: boolean
}

/**
 * One turn of a contender. @throws Error when it does not decide as it must: then its time means nothing.
 */
export async function takeTurn(contender: Contender, work: Work): Promise<Turn> {
  // Otherwise one contender would pay for the garbage of the one before it.
  collectYoungGarbage()
  const cpuBefore = process.cpuUsage()
  const begun = process.hrtime.bigint()
  const accepted =
    'accepts' in contender
      ? countNow(contender.accepts, work)
      : await countLater(contender.acceptsLater, contender.inFlight, work)
  const wallNs = Number(process.hrtime.bigint() - begun)
  const { user, system } = process.cpuUsage(cpuBefore)
  if (accepted !== (work.good ? work.count : 0)) {
    throw new Error(`${contender.name} accepted ${accepted} of ${work.count} tokens`)
  }
  return { wallNsPerOp: wallNs / work.count, cpuNsPerOp: ((user + system) * 1000) / work.count }
}

function countNow(accepts: (header: string) => boolean, { count, header }: Work): number {
  let accepted = 0
  for (let n = 0; n < count; n++) if (accepts(header(n))) accepted++
  return accepted
}

async function countLater(
  accepts: (header: string) => Promise<boolean>,
  lanes: number,
  { count, header }: Work,
): Promise<number> {
  let accepted = 0
  let next = 0
  const lane = async () => {
    while (next < count) if (await accepts(header(next++))) accepted++
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return accepted
}

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as (options: { type: 'minor' }) => void

function collectYoungGarbage(): void {
  gc({ type: 'minor' })
}
