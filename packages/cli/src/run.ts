import { readFileSync } from 'node:fs'
import type { Terminal } from './command.ts'
import { COMMANDS, GROUPS } from './commands/commands.ts'
import { EXIT } from './exit-codes.ts'
import { helpText } from './help.ts'
import { sayIn } from './messages/text.ts'
import { parseCommandLine } from './parse-command-line.ts'
import { reportError } from './report-error.ts'

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
        terminal.stdout.write(helpText(parsed.topic, GROUPS, say))
        return EXIT.ok
      case 'version':
        print(version())
        return EXIT.ok
      case 'command': {
        const { command, input } = parsed
        const ended = await command.run({ terminal, ...input, say, print, printJson })
        return ended === 'running' ? undefined : EXIT[ended ?? 'ok']
      }
    }
  } catch (error) {
    return reportError(error, { json: argv.includes('--json'), say, stderr: terminal.stderr })
  }
}

/** The same from src and from dist. */
function version(): string {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version
}
