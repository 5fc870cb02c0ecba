/** `npm run bench`: how fast Latchkey is, against other libraries in the same run. docs/benchmarks.md says how to read it. */
import process from 'node:process'
import { runDirectory } from './directory/run-directory.ts'
import { runEnd } from './end/run-end.ts'
import { judge } from './goals.ts'
import type { GroupOptions } from './group.ts'
import { machine } from './machine.ts'
import { type BenchOptions, HELP, readOptions } from './options.ts'
import { endProgress, progressOn } from './progress.ts'
import { publish } from './publish.ts'
import { report } from './report.ts'
import { contenderLine, type GroupName, type Series } from './result.ts'
import { runRoute } from './route/run-route.ts'
import { runToken } from './token/run-token.ts'
import { runVerify } from './verify/run-verify.ts'

const RUN: Readonly<Record<GroupName, (options: GroupOptions) => Promise<Series[]>>> = {
  verify: runVerify,
  route: runRoute,
  token: runToken,
  end: runEnd,
  directory: runDirectory,
}

const { stdout, stderr } = process
// fast-jwt warns of the cache with raw tokens as keys, which is measured here on purpose.
process.removeAllListeners('warning')
try {
  const options = readOptions(process.argv.slice(2))
  if (options.help) stdout.write(HELP)
  else await run(options)
} catch (error) {
  stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

async function run({ groups, rounds, quick, plot }: BenchOptions): Promise<void> {
  const factsNow = machine()
  const all: Series[] = []
  for (const group of groups) {
    const series = await RUN[group]({
      quick,
      rounds,
      progress: progressOn(stderr),
      say: (line) => stderr.write(`${line}\n`),
    })
    endProgress(stderr)
    for (const one of series) printLine(contenderLine(one, series))
    all.push(...series)
  }
  const facts = factsNow()
  printLine(facts)
  const verdicts = judge(all)
  for (const verdict of verdicts) printLine({ ...verdict, kind: 'goal', sense: verdict.kind })
  stderr.write(`\n${report(all, verdicts, facts)}\n`)
  if (plot) publish(all, verdicts, facts)
}

function printLine(facts: object): void {
  stdout.write(`${JSON.stringify(facts)}\n`)
}
