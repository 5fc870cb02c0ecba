import { resolve } from 'node:path'
import { ClusterFault, type RoundReport, readPlan, runChaos } from '@latchkey/chaos'
import { chaosDisplay } from '../chaos-display.ts'
import { CliError } from '../cli-error.ts'
import type { Command, Context } from '../command.ts'
import { COLUMNS, cut, padTo, printable, wrap } from '../text-width.ts'

/** Any seed is as good as another; this one makes two runs alike when nobody asks for more. */
const DEFAULT_SEED = '1'

export const chaos: Command = {
  name: 'chaos',
  options: ['config', 'seed'],
  optionTexts: { config: 'option.config.chaos' },
  examples: [
    'latchkey chaos --config chaos.yaml',
    'latchkey chaos --config chaos.yaml --seed 7 --json > chaos.json',
  ],
  run: async (context) => {
    const { input, terminal, say, print, printJson } = context
    const file = input.values.config
    if (file === undefined) {
      const params = { command: 'chaos', argument: '--config FILE' }
      throw new CliError('usage', 'missingArgument', params)
    }
    const plan = readPlan(resolve(terminal.cwd, file))
    const seed = seedOf(input.values.seed ?? DEFAULT_SEED)
    const display = chaosDisplay(context)
    const stop = new AbortController()
    const interrupted = () => stop.abort()
    process.once('SIGINT', interrupted)
    try {
      const asJson = input.has('json')
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
      if (report.violations.length > 0) throw new CliError('failed', 'chaosBroken', { seed })
      if (stop.signal.aborted) throw new CliError('failed', 'cancelled')
      if (!asJson) print(say('chaosHeld'))
    } catch (error) {
      if (!(error instanceof ClusterFault)) throw error
      throw new CliError('failed', 'chaosStopped', { why: printable(error.message) })
    } finally {
      display.clear()
      process.off('SIGINT', interrupted)
    }
  },
}

function seedOf(text: string): number {
  const seed = Number(text)
  if (/^\d{1,10}$/.test(text) && seed < 2 ** 32) return seed
  throw new CliError('usage', 'notASeed', { text })
}

type Cells = readonly [string, string, string, string, string]
const WIDTHS = [34, 6, 12, 12] as const

function header({ say }: Context): Cells {
  return [
    say('columnFault'),
    say('columnEndsCount'),
    say('columnSlowest'),
    say('columnBack'),
    say('columnBroken'),
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
  const asked = say('chaosAsked', {
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
