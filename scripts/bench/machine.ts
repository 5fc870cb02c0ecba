import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os'
import process from 'node:process'
import { rounded } from './result.ts'

/** Where and when: figures of different machines, or of another hour, do not compare. */
export interface Machine {
  readonly kind: 'machine'
  readonly date: string
  readonly node: string
  readonly system: string
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  /** Of the last minute, before and after the run. Far above 1 before it: others are at work, and only CPU times are to be believed. */
  readonly load: number
  readonly loadAfter: number
}

/** Called before the run; the function that it returns is called after it. */
export function machine(): () => Machine {
  const load = loadOfLastMinute()
  return () => ({
    kind: 'machine',
    date: new Date().toISOString(),
    node: process.version,
    system: `${type()} ${release()}`,
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: rounded(totalmem() / 2 ** 30),
    load,
    loadAfter: loadOfLastMinute(),
  })
}

function loadOfLastMinute(): number {
  return rounded(loadavg()[0] ?? Number.NaN)
}
