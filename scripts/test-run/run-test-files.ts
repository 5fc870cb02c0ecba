import type { Parser } from 'tap-parser'
import { runTestFile, type TestFile } from './run-test-file.ts'

export interface TestRun extends Omit<TestFile, 'name'> {
  /** In the order in which they are started. */
  readonly files: readonly string[]
  /** How many run at a time. */
  readonly jobs: number
  /** Starts no more files when this is aborted. */
  readonly stop: AbortSignal
}

/** Runs test files, several at a time, and writes one report of all to `input`: each file as a subtest, when it is over. */
export async function runTestFiles({ files, jobs, stop, ...how }: TestRun, input: Parser) {
  let number = 0
  let isOver = stop.aborted
  const end = () => {
    isOver = true
  }
  stop.addEventListener('abort', end)
  input.on('bailout', end)
  const waiting = files.values()
  async function work(): Promise<void> {
    for (const name of waiting) {
      if (isOver) return
      number += 1
      input.write(await runTestFile(number, { name, ...how }))
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  input.end(`1..${number}\n`)
}
