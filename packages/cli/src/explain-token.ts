import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { decodeJwt } from '@latchkey/tokens'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { requireTarget } from './credentials.ts'
import { type AtHand, explainHere, type HereRequest } from './explain-here.ts'
import { explainedLines } from './explained-lines.ts'
import { issuerApi, record } from './issuer-api.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import { EXPLAIN, EXPLAIN_FAULTS } from './messages/explain.ts'
import type { Row } from './pages.ts'
import { readToken } from './read-token.ts'
import { COLUMNS, printable, wrap } from './text-width.ts'

export interface AskedToken {
  /** A token, a file with one, or `-`. */
  readonly subject: string
  readonly method: string
  /** A path or a whole address; what follows `?` is put aside, since tokens may stand there. */
  readonly path: string | undefined
  readonly service: string | undefined
  /** Absent: the issuer is asked. */
  readonly atHand: AtHand | undefined
}

/** Says which check decides about a request with this token, as the issuer or what is at hand knows it. Throws CliError. */
export async function explainToken(asked: AskedToken, context: Context): Promise<void> {
  const { common, say, print, printJson } = context
  const { method, path, atHand } = asked
  if (path === undefined) throw missing('PATH')
  const token = await tokenOf(asked.subject, context)
  const service = asked.service ?? audienceOf(token)
  if (service === undefined) throw missing('--service AUDIENCE')
  const request = { token, method: method.toUpperCase(), path: pathOf(path), service }
  const explained = atHand
    ? await explainHere(request, atHand, context)
    : await askIssuer(request, context)
  if (common.json) return printJson(explained)
  if (atHand) for (const line of wrap(say(EXPLAIN.offline), COLUMNS)) print(line)
  for (const line of explainedLines(explained, context)) print(line)
}

async function askIssuer(request: HereRequest, context: Context): Promise<Row> {
  const api = issuerApi(requireTarget(context), context)
  return record(await api.send('POST', '/admin/v1/explain', request))
}

function missing(argument: string): CliError {
  return new CliError(COMMAND_LINE_FAULTS.missingArgument, { command: 'explain', argument })
}

async function tokenOf(subject: string, context: Context): Promise<string> {
  if (subject === '-' || subject.length > MOST_NAME_CHARS) return await readToken(subject, context)
  const file = resolve(context.terminal.cwd, subject)
  const isNamed = existsSync(file) || !mayBeToken(subject)
  return await readToken(isNamed ? readTokenFile(subject, file, context) : subject, context)
}

/** No file system has longer names, and no token is as short. */
const MOST_NAME_CHARS = 255

/** Also one that was cut or copied with its scheme: then the explanation says what is wrong with it. */
function mayBeToken(text: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$|^ey|\s/.test(text)
}

function readTokenFile(name: string, file: string, { say }: Context): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? say(EXPLAIN.noSuchFile) : code
    throw new CliError(EXPLAIN_FAULTS.tokenFile, { file: printable(name), why })
  }
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
