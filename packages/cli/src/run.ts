import { readFileSync } from 'node:fs'
import { InputError, StoreUnavailable } from '@latchkey/protocol'
import { CliError } from './cli-error.ts'
import type { Terminal } from './command.ts'
import { COMMANDS } from './commands/commands.ts'
import { EXIT } from './exit-codes.ts'
import { helpText } from './help.ts'
import { type Say, sayIn } from './messages/messages.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { COLUMNS, wrap } from './text-width.ts'

/**
 * Runs one command line and returns the exit code; undefined when the process goes on by itself (`start`). Results go to
 * standard output, everything else to standard error.
 */
export async function run(
  argv: readonly string[],
  terminal: Terminal,
): Promise<number | undefined> {
  const say = sayIn(terminal.env)
  const print = (line: string) => void terminal.stdout.write(`${line}\n`)
  const printJson = (value: unknown) => print(JSON.stringify(value, null, 2))
  try {
    const parsed = parseCommandLine(argv, COMMANDS)
    switch (parsed.kind) {
      case 'help':
        terminal.stdout.write(helpText(parsed.topic, COMMANDS, say))
        return EXIT.ok
      case 'version':
        print(version())
        return EXIT.ok
      case 'command': {
        const { command, input } = parsed
        await command.run({ terminal, input, say, print, printJson })
        return command.name === 'start' ? undefined : EXIT.ok
      }
    }
  } catch (error) {
    return explain(error, terminal, say)
  }
}

/** The same from src and from dist. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}

function explain(error: unknown, { stderr }: Terminal, say: Say): number {
  if (error instanceof CliError) {
    const { command = '', near } = error.params
    const text = [
      say(error.key, error.params),
      ...(near === undefined ? [] : [say('didYouMean', { name: near })]),
      ...(error.exit === 'usage' && command !== '' && error.key !== 'unknownCommand'
        ? [say('seeHelp', { command })]
        : []),
    ].join(' ')
    stderr.write(`${wrap(text, COLUMNS).join('\n')}\n`)
    return EXIT[error.exit]
  }
  // Settings and other input of the operator: the message is made for them, one fault on each line.
  if (error instanceof InputError || (error instanceof Error && error.name === 'SettingsError')) {
    stderr.write(`${error.message}\n`)
    return EXIT.usage
  }
  if (error instanceof StoreUnavailable) {
    stderr.write(`${error.message}\n`)
    return EXIT.unavailable
  }
  throw error
}
