import { parseArgs } from 'node:util'
import { CliError } from './cli-error.ts'
import { type Command, type Input, OPTION_VALUES, type OptionName } from './command.ts'
import { suggest } from './suggest.ts'

/** Understood everywhere. */
export const COMMON_OPTIONS: readonly OptionName[] = ['json', 'data-dir', 'help']

export type ParsedCommandLine =
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'command'; readonly command: Command; readonly input: Input }

/** Reads the command line. Throws CliError `usage` with a suggestion where something is almost right. */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): ParsedCommandLine {
  const [first = '', second = ''] = argv
  if (argv.length === 0 || first === '--help' || first === '-h') return { kind: 'help', topic: '' }
  if (first === 'help') return { kind: 'help', topic: topicOf(argv.slice(1), commands) }
  if (first === '--version' || first === '-V') return { kind: 'version' }
  const command = commands.find(({ name }) => name === first || name === `${first} ${second}`)
  if (command === undefined) return unknownCommand(argv, commands)
  const rest = argv.slice(command.name.split(' ').length)
  const { values, positionals } = parseOptions(rest, command)
  if (values['help'] === true) return { kind: 'help', topic: command.name }
  return { kind: 'command', command, input: readInput(command, values, positionals) }
}

function topicOf(words: readonly string[], commands: readonly Command[]): string {
  const topic = words.join(' ')
  const isKnown = commands.some(({ name }) => name === topic || name.startsWith(`${topic} `))
  if (topic === '' || isKnown) return topic
  return unknownTopic(topic, commands)
}

/** `latchkey sessions` and `latchkey sessions --help` show the commands of the group. */
function unknownCommand(argv: readonly string[], commands: readonly Command[]): ParsedCommandLine {
  const words = argv.filter((word) => !word.startsWith('-')).slice(0, 2)
  const [group = ''] = words
  const isGroup = commands.some(({ name }) => name.startsWith(`${group} `))
  if (isGroup && words.length === 1) return { kind: 'help', topic: group }
  return unknownTopic(words.join(' ') || String(argv[0]), commands)
}

function unknownTopic(topic: string, commands: readonly Command[]): never {
  const known = commands.map(({ name }) => name)
  const near = suggest(topic, known) ?? suggest(topic.split(' ')[0] ?? '', known)
  throw new CliError('usage', 'unknownCommand', {
    command: topic,
    ...(near === undefined ? {} : { near }),
  })
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

function parseOptions(rest: string[], command: Command) {
  const names = [...command.options, ...COMMON_OPTIONS]
  const options = Object.fromEntries(
    names.map((name) => [
      name,
      {
        type: OPTION_VALUES[name] === undefined ? ('boolean' as const) : ('string' as const),
        multiple: name === 'role',
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  )
  try {
    const parsed = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
    return { values: parsed.values as Values, positionals: parsed.positionals }
  } catch (cause) {
    throw optionError(cause, command, names)
  }
}

function optionError(cause: unknown, command: Command, names: readonly string[]): unknown {
  const { code, message } = cause as { code?: string; message: string }
  const option = /'(?:-\w, )?(--?[^' ]*)/.exec(message)?.[1] ?? ''
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = suggest(option.replace(/^-+/, ''), names)
    return new CliError('usage', 'unknownOption', {
      command: command.name,
      option,
      ...(near === undefined ? {} : { near: `--${near}` }),
    })
  }
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return cause
  const wantsValue = OPTION_VALUES[option.replace(/^-+/, '') as OptionName] !== undefined
  const key = wantsValue ? 'optionWithoutValue' : 'optionWithValue'
  return new CliError('usage', key, { command: command.name, option })
}

function readInput(command: Command, values: Values, positionals: readonly string[]): Input {
  const [argument, ...more] = positionals
  const tooMuch = command.argument === undefined ? argument : more[0]
  if (tooMuch !== undefined) {
    throw new CliError('usage', 'tooManyArguments', { command: command.name, argument: tooMuch })
  }
  if (
    argument === undefined &&
    command.argument !== undefined &&
    !command.argument.startsWith('[')
  ) {
    const params = { command: command.name, argument: command.argument }
    throw new CliError('usage', 'missingArgument', params)
  }
  const texts = Object.entries(values).filter(([, value]) => typeof value === 'string')
  return {
    ...(argument === undefined ? {} : { argument }),
    values: Object.fromEntries(texts) as Input['values'],
    roles: Array.isArray(values['role']) ? values['role'].map(String) : [],
    has: (option) => values[option] === true,
  }
}
