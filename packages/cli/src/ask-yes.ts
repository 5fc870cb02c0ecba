import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'

const YES = /^\s*(?:y|yes|是)\s*$/i

/** Asks on the terminal. Anything but yes cancels; without a terminal `--yes` is needed (a program has decided before). */
export async function askYes(question: string, { terminal }: Context): Promise<void> {
  const { stdin, stderr } = terminal
  if (stdin.isTTY !== true) throw new CliError(COMMAND_LINE_FAULTS.needsYes)
  stderr.write(question)
  const lines = createInterface({ input: stdin })
  const [answer] = await Promise.race([once(lines, 'line'), once(lines, 'close')])
  lines.close()
  if (!YES.test(String(answer ?? ''))) throw new CliError(COMMAND_LINE_FAULTS.cancelled)
}
