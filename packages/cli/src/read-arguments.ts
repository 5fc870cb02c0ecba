import { CliError } from './cli-error.ts'
import type { Command } from './command.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'

type Argument = string | undefined | readonly string[]

/** The arguments in the order of their declaration: a text, undefined where one may be missing, a list for `NAME...`. */
export function readArguments(command: Command, given: readonly string[]): Argument[] {
  const names = command.arguments
  const takesRest = names.at(-1)?.replace(']', '').endsWith('...') ?? false
  const tooMuch = given[names.length]
  if (tooMuch !== undefined && !takesRest) {
    const params = { command: command.name, argument: tooMuch }
    throw new CliError(COMMAND_LINE_FAULTS.tooManyArguments, params)
  }
  return names.map((name, index) => {
    if (given[index] === undefined && !name.startsWith('[')) {
      const params = { command: command.name, argument: name }
      throw new CliError(COMMAND_LINE_FAULTS.missingArgument, params)
    }
    return takesRest && index === names.length - 1 ? given.slice(index) : given[index]
  })
}
