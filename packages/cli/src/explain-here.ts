import { resolve } from 'node:path'
import { InputError } from '@latchkey/protocol'
import { importJwkSet } from '@latchkey/tokens'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { findTarget } from './credentials.ts'
import { COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import { type Row, rowsOf } from './pages.ts'
import { readJsonFile } from './read-json-file.ts'
import { readKeysFile } from './verify-token.ts'

/** What stands in for the issuer. */
export interface AtHand {
  /** File with a JWK set: the keys of the service. */
  readonly keys: string
  /** File with the routes of the service, as `latchkey services routes --all --json` prints them. */
  readonly routes: string | undefined
  /** Absent: the configured one. */
  readonly issuer: string | undefined
}

export interface HereRequest {
  readonly token: string
  readonly method: string
  readonly path: string
  /** Audience. */
  readonly service: string
}

/** Explains a request with what is at hand, and asks nobody. Throws CliError and InputError. */
export async function explainHere(
  { service: audience, ...asked }: HereRequest,
  given: AtHand,
  context: Context,
): Promise<Row> {
  const { terminal } = context
  const issuer = given.issuer ?? findTarget(context)?.issuer
  if (issuer === undefined) {
    const params = { command: 'explain', argument: '--issuer URL' }
    throw new CliError(COMMAND_LINE_FAULTS.missingArgument, params)
  }
  const set = readKeysFile(resolve(terminal.cwd, given.keys))
  const keys = [...importJwkSet(set, { issuer, audience }).values()]
  const routes =
    given.routes === undefined ? undefined : readRoutes(resolve(terminal.cwd, given.routes))
  // The same checks that an issuer makes; what asks one does without them.
  const { explainOffline } = await import('@latchkey/issuer')
  const now = Math.floor(terminal.now() / 1000)
  return await explainOffline(asked, { issuer, audience, keys, routes, now })
}

function readRoutes(file: string) {
  const read = readJsonFile(file)
  const rows = read.kind === 'json' ? (read.value as Row | null)?.['routes'] : undefined
  const routes = rowsOf(rows).map(routeOf)
  if (!Array.isArray(rows) || !routes.every((route) => route !== undefined)) {
    throw new InputError('routes-file', {
      where: file,
      received: read.kind === 'json' ? 'something else' : read.why,
      expected: 'what latchkey services routes SERVICE --all --json prints',
    })
  }
  return routes.sort((a, b) => a.number - b.number)
}

function routeOf({ number, method, pattern, current, public: isPublic }: Row) {
  const isRoute =
    typeof number === 'number' &&
    typeof method === 'string' &&
    typeof pattern === 'string' &&
    typeof current === 'boolean'
  if (!isRoute) return undefined
  return { number, method, pattern, current, ...(isPublic === true && { public: true }) }
}
