/**
 * `npm run simulate -- --seeds 10000`: runs so many seeds and says which of them violated an invariant.
 * `npm run simulate -- --seed 27 --trace`: one seed, as a timeline.
 */
import { parseArgs } from 'node:util'
import { runSeeds } from './command/run-seeds.ts'
import { timelineOf } from './command/timeline.ts'
import { simulate } from './simulate.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
  },
})
const print = (text: string) => {
  process.stdout.write(`${text}\n`)
}

if (values.seed === undefined) await runMany(wholeOf(values.seeds), wholeOf(values.from))
else await runOne(wholeOf(values.seed))

async function runOne(seed: number): Promise<void> {
  const report = await simulate(seed, { keepTrace: values.trace })
  for (const line of report.lines) print(timelineOf(line))
  print(`seed ${seed}: ${report.violation ?? 'every invariant held'}; digest ${report.digest}`)
  if (report.violation !== undefined) process.exitCode = 1
}

async function runMany(count: number, first: number): Promise<void> {
  const begun = performance.now()
  const sum = { done: 0, failed: 0, asked: 0, ends: 0 }
  await runSeeds({ first, count }, ({ done, failed, asked, ends }) => {
    sum.done += done
    sum.asked += asked
    sum.ends += ends
    sum.failed += failed.length
    const clear = process.stdout.isTTY ? '\r\x1b[K' : ''
    for (const { seed, violation } of failed) print(`${clear}seed ${seed}: ${violation}`)
    const rate = sum.done / ((performance.now() - begun) / 1000)
    const text = `${sum.done} of ${count} seeds, ${rate.toFixed()} a second, ${sum.failed} failed`
    if (process.stdout.isTTY) process.stdout.write(`${clear}${text}`)
  })
  const seconds = (performance.now() - begun) / 1000
  const clear = process.stdout.isTTY ? '\r\x1b[K' : ''
  print(
    `${clear}${sum.done} seeds in ${seconds.toFixed()} s (${(sum.done / seconds).toFixed()} a second): ` +
      `${sum.ends} ends, ${sum.asked} answers, ${sum.failed} seeds failed`,
  )
  if (sum.failed > 0) {
    print('Look at one of them: npm run simulate -- --seed N --trace')
    process.exitCode = 1
  }
}

function wholeOf(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`not a whole number: ${text}`)
  return value
}
