import { parseArgs } from 'node:util'
import { CliError } from './cli-error.ts'
import type { Command, Input, Option, Options } from './command.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import { COMMON } from './messages/help.ts'
import { readArguments } from './read-arguments.ts'
import { suggest } from './suggest.ts'

/** Understood everywhere. */
export const COMMON_OPTIONS = {
  json: { text: COMMON.json },
  'data-dir': { value: 'DIR', completes: 'folder', text: COMMON.dataDir },
  help: { text: COMMON.help },
} as const satisfies Options

export type ParsedCommandLine =
  | { readonly kind: 'help'; readonly topic: string }
  | { readonly kind: 'version' }
  | { readonly kind: 'command'; readonly command: Command; readonly input: Input }

/** Reads the command line. Throws CliError `usage` with a suggestion where something is almost right. */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
): ParsedCommandLine {
  const [first = ''] = argv
  if (argv.length === 0 || first === '--help' || first === '-h') return { kind: 'help', topic: '' }
  if (first === 'help') return { kind: 'help', topic: topicOf(argv.slice(1), commands) }
  if (first === '--version' || first === '-V') return { kind: 'version' }
  const command = commandOf(argv, commands)
  if (command === undefined) return unknownCommand(argv, commands)
  const rest = argv.slice(command.name.split(' ').length)
  const { values, positionals } = parseOptions(rest, command)
  if (values['help'] === true) return { kind: 'help', topic: command.name }
  return { kind: 'command', command, input: readInput(command, values, positionals) }
}

/** The command with the longest name that the line begins with: `clients secrets add` before `clients secrets`. */
function commandOf(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  const line = `${argv.slice(0, 3).join(' ')} `
  return commands
    .filter(({ name }) => line.startsWith(`${name} `))
    .sort((a, b) => b.name.length - a.name.length)[0]
}

function topicOf(words: readonly string[], commands: readonly Command[]): string {
  const topic = words.join(' ')
  const isKnown = commands.some(({ name }) => name === topic || name.startsWith(`${topic} `))
  if (topic === '' || isKnown) return topic
  return unknownTopic(topic, commands)
}

/** `latchkey sessions` and `latchkey sessions --help` show the commands of the group. */
function unknownCommand(argv: readonly string[], commands: readonly Command[]): ParsedCommandLine {
  const words = argv.filter((word) => !word.startsWith('-')).slice(0, 3)
  const group = words.join(' ')
  if (commands.some(({ name }) => name.startsWith(`${group} `))) {
    return { kind: 'help', topic: group }
  }
  return unknownTopic(words.slice(0, 2).join(' ') || String(argv[0]), commands)
}

function unknownTopic(topic: string, commands: readonly Command[]): never {
  const known = commands.map(({ name }) => name)
  const near = suggest(topic, known) ?? suggest(topic.split(' ')[0] ?? '', known)
  throw new CliError(COMMAND_LINE_FAULTS.unknownCommand, {
    command: topic,
    ...(near === undefined ? {} : { near }),
  })
}

type Values = Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>

function parseOptions(rest: string[], command: Command) {
  const declared: Options = { ...command.options, ...COMMON_OPTIONS }
  const options = Object.fromEntries(
    Object.entries(declared).map(([name, { value, many }]) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: many === true,
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  )
  try {
    const parsed = parseArgs({ args: rest, options, allowPositionals: true, strict: true })
    return { values: parsed.values as Values, positionals: parsed.positionals }
  } catch (cause) {
    throw optionError(cause, command, declared)
  }
}

function optionError(cause: unknown, command: Command, declared: Options): unknown {
  const { code, message } = cause as { code?: string; message: string }
  const option = /'(?:-\w, )?(--?[^' ]*)/.exec(message)?.[1] ?? ''
  const name = option.replace(/^-+/, '')
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
    const near = suggest(name, Object.keys(declared))
    return new CliError(COMMAND_LINE_FAULTS.unknownOption, {
      command: command.name,
      option,
      ...(near === undefined ? {} : { near: `--${near}` }),
    })
  }
  if (code !== 'ERR_PARSE_ARGS_INVALID_OPTION_VALUE') return cause
  const { optionWithValue, optionWithoutValue } = COMMAND_LINE_FAULTS
  const fault = declared[name]?.value === undefined ? optionWithValue : optionWithoutValue
  return new CliError(fault, { command: command.name, option })
}

function readInput(command: Command, values: Values, positionals: readonly string[]): Input {
  const args = readArguments(command, positionals)
  const options = Object.entries(command.options).map(([name, option]) => [
    name,
    readOption(command, name, option, values[name]),
  ])
  const folder = values['data-dir']
  return {
    arguments: args,
    options: Object.fromEntries(options),
    common: {
      json: values['json'] === true,
      ...(typeof folder === 'string' ? { 'data-dir': folder } : {}),
    },
  }
}

function readOption(command: Command, name: string, option: Option, given: Values[string]) {
  if (option.value === undefined) return given === true
  const texts = given === undefined ? [] : [given].flat().map(String)
  if (option.required === true && texts.length === 0) {
    const params = { command: command.name, argument: `--${name} ${option.value}` }
    throw new CliError(COMMAND_LINE_FAULTS.missingArgument, params)
  }
  const { choices } = option
  const odd = choices && texts.find((text) => !choices.includes(text))
  if (choices !== undefined && odd !== undefined) {
    const near = suggest(odd, choices)
    throw new CliError(COMMAND_LINE_FAULTS.unknownChoice, {
      command: command.name,
      option: `--${name}`,
      received: odd,
      expected: choices.join(', '),
      ...(near === undefined ? {} : { near }),
    })
  }
  return option.many === true ? texts : texts[0]
}
