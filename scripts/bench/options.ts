import { parseArgs } from 'node:util'
import { InputError } from '@latchkey/protocol'
import type { GroupName } from './result.ts'

const GROUPS: readonly GroupName[] = ['verify', 'route', 'token', 'end', 'directory']

export const HELP = `
npm run bench                      all groups, about a quarter of an hour
npm run bench -- verify            one of them: verify, route, token, end or directory
npm run bench -- --rounds 40       more rounds than usual (9 to 200 are sensible)
npm run bench -- --quick           a smoke run of seconds, whose figures mean nothing
npm run bench -- --plot            also writes docs/benchmarks.svg and the table in docs/benchmarks.md

JSON lines go to stdout, the table and the verdicts to stderr: npm run bench --silent > results.jsonl
`

export interface BenchOptions {
  readonly groups: readonly GroupName[]
  readonly rounds: number | undefined
  readonly quick: boolean
  readonly plot: boolean
  readonly help: boolean
}

const MOST_ROUNDS = 1000

/** @throws InputError `bench-option`; TypeError of `parseArgs` for an option that there is not */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      plot: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { quick, plot, help } = values
  return { groups: readGroups(positionals), rounds: readRounds(values.rounds), quick, plot, help }
}

function readGroups(names: readonly string[]): readonly GroupName[] {
  for (const name of names) {
    if (GROUPS.some((group) => group === name)) continue
    throw new InputError('bench-option', { received: name, expected: GROUPS.join(', ') })
  }
  return names.length === 0 ? GROUPS : GROUPS.filter((group) => names.includes(group))
}

function readRounds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const rounds = Number(text)
  if (Number.isInteger(rounds) && rounds >= 1 && rounds <= MOST_ROUNDS) return rounds
  const expected = `a whole number from 1 to ${MOST_ROUNDS}`
  throw new InputError('bench-option', { where: '--rounds', received: text, expected })
}
