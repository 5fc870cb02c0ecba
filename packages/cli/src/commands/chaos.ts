import { resolve } from 'node:path'
import type { RoundReport, runChaos } from '@latchkey/chaos'
import { chaosDisplay } from '../chaos-display.ts'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { CHAOS, CHAOS_FAULTS, CHAOS_HELP } from '../messages/chaos.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import { COLUMNS, cut, padTo, printable, wrap } from '../text-width.ts'

/** Any seed is as good as another; this one makes two runs alike when nobody asks for more. */
const DEFAULT_SEED = '1'

export const chaos = command({
  name: 'chaos',
  help: CHAOS_HELP.run,
  options: {
    config: {
      value: 'FILE',
      required: true,
      completes: 'file',
      text: { en: 'file that describes the cluster (required)', zh: '描述集群的文件（必需）' },
    },
    seed: {
      value: 'NUMBER',
      text: { en: 'decides the order of the faults (default: 1)', zh: '决定故障的顺序（默认 1）' },
    },
  },
  examples: [
    'latchkey chaos --config chaos.yaml',
    'latchkey chaos --config chaos.yaml --seed 7 --json > chaos.json',
  ],
  run: async (context) => {
    const { common, options, terminal, say, print, printJson } = context
    const { ClusterFault, readPlan, runChaos } = await import('@latchkey/chaos')
    const plan = readPlan(resolve(terminal.cwd, options.config))
    const seed = seedOf(options.seed ?? DEFAULT_SEED)
    const display = chaosDisplay(context)
    const stop = new AbortController()
    const interrupted = () => stop.abort()
    process.once('SIGINT', interrupted)
    try {
      const asJson = common.json
      if (!asJson) print(tableLine(header(context)))
      const report = await runChaos(plan, seed, {
        env: terminal.env,
        signal: stop.signal,
        doing: display.doing,
        finished: (round) => {
          display.clear()
          if (!asJson) print(tableLine(cells(round)))
        },
      })
      if (asJson) printJson(report)
      else for (const line of summary(report, context)) print(line)
      if (report.violations.length > 0) throw new CliError(CHAOS_FAULTS.broken, { seed })
      if (stop.signal.aborted) throw new CliError(COMMAND_LINE_FAULTS.cancelled)
      if (!asJson) print(say(CHAOS.held))
    } catch (error) {
      if (!(error instanceof ClusterFault)) throw error
      throw new CliError(CHAOS_FAULTS.stopped, { why: printable(error.message) })
    } finally {
      display.clear()
      process.off('SIGINT', interrupted)
    }
  },
})

function seedOf(text: string): number {
  const seed = Number(text)
  if (/^\d{1,10}$/.test(text) && seed < 2 ** 32) return seed
  throw new CliError(CHAOS_FAULTS.notASeed, { text })
}

type Cells = readonly [string, string, string, string, string]
const WIDTHS = [34, 6, 12, 12] as const

function header({ say }: Context): Cells {
  return [
    say(CHAOS.columnFault),
    say(CHAOS.columnEnds),
    say(CHAOS.columnSlowest),
    say(CHAOS.columnBack),
    say(CHAOS.columnBroken),
  ]
}

function cells({ fault, ended, slowestMs, recoveredMs, violations }: RoundReport): Cells {
  return [fault, `${ended}`, `${slowestMs} ms`, `${recoveredMs} ms`, `${violations}`]
}

function tableLine(line: Cells): string {
  const fixed = WIDTHS.map((width, index) => padTo(cut(line[index] ?? '', width), width))
  return `${fixed.join('  ')}  ${line[4]}`.trimEnd()
}

type Report = Awaited<ReturnType<typeof runChaos>>

function summary({ counts, violations, leaseMs }: Report, { say }: Context): string[] {
  const asked = say(CHAOS.asked, {
    requests: counts.requests,
    accepted: counts.accepted,
    refused: counts.refused,
    closed: counts.closed,
    lost: counts.lost,
    dead: counts.lookedAtDead,
    lease: leaseMs,
  })
  const broken = violations.map(
    ({ promise, fault, where, detail }) => `${promise}: ${where}, ${fault}: ${detail}`,
  )
  return ['', ...wrap(asked, COLUMNS), ...broken.flatMap((line) => wrap(line, COLUMNS))]
}
