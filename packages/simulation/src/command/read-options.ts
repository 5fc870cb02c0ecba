import { parseArgs } from 'node:util'

export type SimulationOptions =
  | { readonly kind: 'many'; readonly count: number; readonly first: number }
  | { readonly kind: 'one'; readonly seed: number; readonly trace: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly what: string }

export const USAGE = `npm run simulate -- [OPTIONS]

  --seeds N   so many seeds (10000)
  --from N    the first of them (1)
  --seed N    this seed alone
  --trace     with --seed: everything that happens, as a timeline
  --help      this text
`

export function readOptions(args: readonly string[]): SimulationOptions {
  let values: ReturnType<typeof parsed>
  try {
    values = parsed(args)
  } catch (error) {
    return { kind: 'mistake', what: (error as Error).message }
  }
  if (values.help) return { kind: 'help' }
  const { seeds, from, seed, trace } = values
  const wrong = [seeds, from, seed ?? '0'].find((text) => !isWhole(text))
  if (wrong !== undefined) return { kind: 'mistake', what: `not a whole number: ${wrong}` }
  return seed === undefined
    ? { kind: 'many', count: Number(seeds), first: Number(from) }
    : { kind: 'one', seed: Number(seed), trace }
}

function parsed(args: readonly string[]) {
  const options = {
    seeds: { type: 'string', default: '10000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false, short: 'h' },
  } as const
  return parseArgs({ args: [...args], options }).values
}

function isWhole(text: string): boolean {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text))
}
