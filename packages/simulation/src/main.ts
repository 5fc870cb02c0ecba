/**
 * `npm run simulate -- --seeds 10000`: runs so many seeds and says which of them violated an invariant.
 * `npm run simulate -- --seed 27 --trace`: one seed, as a timeline.
 */
import { readOptions, USAGE } from './command/read-options.ts'
import { runSeeds } from './command/run-seeds.ts'
import { timelineOf } from './command/timeline.ts'
import { simulate } from './simulate.ts'

const print = (text: string) => {
  process.stdout.write(`${text}\n`)
}

const options = readOptions(process.argv.slice(2))
switch (options.kind) {
  case 'many':
    await runMany(options.count, options.first)
    break
  case 'one':
    await runOne(options.seed, options.trace)
    break
  case 'help':
    process.stdout.write(USAGE)
    break
  case 'mistake':
    process.stderr.write(`${options.what}\n\n${USAGE}`)
    process.exitCode = 2
}

async function runOne(seed: number, keepTrace: boolean): Promise<void> {
  const report = await simulate(seed, { keepTrace })
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
