import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeJwt } from '@latchkey/tokens'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { requireTarget } from './credentials.ts'
import { explainedLines } from './explained-lines.ts'
import { issuerApi, record } from './issuer-api.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import { readToken } from './read-token.ts'

export interface AskedToken {
  /** A token, a file with one, or `-`. */
  readonly subject: string
  readonly method: string
  /** A path or a whole address; what follows `?` is put aside, since tokens may stand there. */
  readonly path: string | undefined
  readonly service: string | undefined
}

/** Asks the issuer which check decides about a request with this token. Throws CliError. */
export async function explainToken(asked: AskedToken, context: Context): Promise<void> {
  const { method, path } = asked
  if (path === undefined) throw missing('PATH')
  const token = await tokenOf(asked.subject, context)
  const service = asked.service ?? audienceOf(token)
  if (service === undefined) throw missing('--service AUDIENCE')
  const body = { token, method: method.toUpperCase(), path: pathOf(path), service }
  const api = issuerApi(requireTarget(context), context)
  const explained = record(await api.send('POST', '/admin/v1/explain', body))
  if (context.common.json) context.printJson(explained)
  else for (const line of explainedLines(explained, context)) context.print(line)
}

function missing(argument: string): CliError {
  return new CliError(COMMAND_LINE_FAULTS.missingArgument, { command: 'explain', argument })
}

async function tokenOf(subject: string, context: Context): Promise<string> {
  const file = resolve(context.terminal.cwd, subject)
  // A token is no file name: its three parts are longer than one may be.
  const isFile = subject !== '-' && subject.length < 256 && existsSync(file)
  return await readToken(isFile ? readFileSync(file, 'utf8') : subject, context)
}

function audienceOf(token: string): string | undefined {
  const decoded = decodeJwt(token)
  if (decoded.kind === 'invalid') return undefined
  const { aud } = decoded.claims
  return typeof aud === 'string' ? aud : undefined
}

function pathOf(text: string): string {
  const path = text.replace(/[?#].*$/s, '')
  return /^https?:\/\//i.test(path) && URL.canParse(path) ? new URL(path).pathname : path
}
