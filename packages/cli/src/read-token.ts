import { text } from 'node:stream/consumers'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { TOKEN_FAULTS } from './messages/token.ts'

/** The token of the command line, or of standard input. `Bearer ` in front is taken off, as it is copied along. */
export async function readToken(
  argument: string | undefined,
  { terminal }: Context,
): Promise<string> {
  const fromStdin = argument === undefined || argument === '-'
  const given = fromStdin ? await text(terminal.stdin) : argument
  const token = given.trim().replace(/^Bearer +/i, '')
  if (token === '') throw new CliError(TOKEN_FAULTS.missing)
  return token
}
