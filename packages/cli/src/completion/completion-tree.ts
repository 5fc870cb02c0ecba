import type { Command, CommandGroup, Options } from '../command.ts'
import type { Say } from '../messages/text.ts'

/** A word that may come next, and what it means. */
export interface Choice {
  readonly word: string
  readonly meaning: string
}

/** What a shell offers behind the words of a command line, which is known before it is typed. */
export interface Place {
  /** Each word with a space before it: ` users list`; '' at the beginning. */
  readonly at: string
  readonly choices: readonly Choice[]
  /** By option with its dashes: its values, paths, or nothing (what people make up). */
  readonly values: ReadonlyMap<string, readonly string[] | 'file' | 'folder' | 'free'>
  /** What stands there besides the choices. */
  readonly paths: 'file' | 'folder' | undefined
}

/** Every place of the command table, from the beginning to the options of each command. */
export function completionTree(
  groups: readonly CommandGroup[],
  common: Options,
  say: Say,
): readonly Place[] {
  const commands = groups.flatMap((group) => group.commands)
  const prefixes = new Set(commands.flatMap(({ name }) => prefixesOf(name)))
  return [...prefixes].map((at) => place(at, commands, groups, common, say))
}

/** '', ` users`, ` users list`. */
function prefixesOf(name: string): string[] {
  const words = name.split(' ')
  return ['', ...words.map((_, index) => ` ${words.slice(0, index + 1).join(' ')}`)]
}

function place(
  at: string,
  commands: readonly Command[],
  groups: readonly CommandGroup[],
  common: Options,
  say: Say,
): Place {
  const command = commands.find(({ name }) => ` ${name}` === at)
  const next = commands.filter(({ name }) => ` ${name}`.startsWith(`${at} `))
  const words = Map.groupBy(next, ({ name }) => name.slice(at.length).split(' ')[0] ?? '')
  const choices = [...words].map(([word, [first]]) => {
    const isWhole = first !== undefined && ` ${first.name}` === `${at} ${word}`
    const group = groups.find(({ name }) => ` ${name}` === `${at} ${word}`)
    const meaning = isWhole ? first.help.summary : group?.title
    return { word, meaning: meaning === undefined ? '' : say(meaning) }
  })
  const options = Object.entries(command === undefined ? {} : { ...command.options, ...common })
  const values = options.flatMap(([name, option]) =>
    option.value === undefined
      ? []
      : [[`--${name}`, option.choices ?? option.completes ?? 'free'] as const],
  )
  const offered = options.map(([name, { text }]) => ({ word: `--${name}`, meaning: say(text) }))
  return { at, choices: [...choices, ...offered], values: new Map(values), paths: pathsOf(command) }
}

/** By what the help calls it: a command has at most one argument that is a path, and no other beside it. */
function pathsOf(command: Command | undefined): Place['paths'] {
  const [argument = ''] = command?.arguments ?? []
  if (/\bFILE\b/.test(argument)) return 'file'
  return /\bDIR\b/.test(argument) ? 'folder' : undefined
}
