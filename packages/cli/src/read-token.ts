import { text } from 'node:stream/consumers'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'

/** The token of the command line, or of standard input. `Bearer ` in front is taken off, as it is copied along. */
export async function readToken({ input, terminal }: Context): Promise<string> {
  const fromStdin = input.argument === undefined || input.argument === '-'
  const given = fromStdin ? await text(terminal.stdin) : (input.argument ?? '')
  const token = given.trim().replace(/^Bearer +/i, '')
  if (token === '') throw new CliError('usage', 'tokenMissing')
  return token
}
