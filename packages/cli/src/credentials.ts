import { readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'

/** Which issuer the command speaks to, and as whom. */
export interface Target {
  /** The public identity: exactly the `iss` of its tokens. */
  readonly issuer: string
  /** Where it is reached from here. */
  readonly issuerAddress: string
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * From the environment when LATCHKEY_CLI_CLIENT_ID is set, else from the file that an issuer on this machine wrote.
 * Undefined when there are none; throws CliError when there are some that cannot be used.
 */
export function findTarget({ terminal, common }: Context): Target | undefined {
  const { env, cwd } = terminal
  if (env['LATCHKEY_CLI_CLIENT_ID']) return fromEnvironment(env, cwd)
  const file = credentialsFile({ terminal, common })
  const text = readClosed(file)
  return text === undefined ? undefined : fromFile(file, text)
}

export function requireTarget(context: Context): Target {
  const target = findTarget(context)
  if (target === undefined) {
    throw new CliError(ISSUER_FAULTS.noCredentials, { file: credentialsFile(context) })
  }
  return target
}

function credentialsFile({ terminal, common }: Pick<Context, 'terminal' | 'common'>): string {
  const folder = common['data-dir'] ?? (terminal.env['LATCHKEY_DATA_DIR'] || '.latchkey')
  return join(resolve(terminal.cwd, folder), 'cli.json')
}

function fromEnvironment(env: Context['terminal']['env'], cwd: string): Target {
  const required = (name: string): string => {
    const value = env[name]
    if (!value) throw new CliError(ISSUER_FAULTS.incompleteCredentials, { missing: name })
    return value
  }
  const issuer = checkUrl(required('LATCHKEY_CLI_ISSUER'), 'LATCHKEY_CLI_ISSUER')
  const address = env['LATCHKEY_CLI_ISSUER_ADDRESS'] || issuer
  const secretFile = env['LATCHKEY_CLI_CLIENT_SECRET_FILE']
  return {
    issuer,
    issuerAddress: checkUrl(address, 'LATCHKEY_CLI_ISSUER_ADDRESS'),
    clientId: required('LATCHKEY_CLI_CLIENT_ID'),
    clientSecret: secretFile
      ? (readClosed(resolve(cwd, secretFile)) ?? missing(secretFile)).trimEnd()
      : required('LATCHKEY_CLI_CLIENT_SECRET'),
  }
}

function missing(file: string): never {
  throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: 'ENOENT' })
}

function fromFile(file: string, text: string): Target {
  const bad = (why: string): never => {
    throw new CliError(ISSUER_FAULTS.badCredentials, { file, why })
  }
  let parsed: Partial<Record<keyof Target, unknown>> = {}
  try {
    parsed = JSON.parse(text)
  } catch {
    // The cause quotes the text, which holds a secret.
    bad('JSON')
  }
  const member = (name: keyof Target): string => {
    const value = parsed[name]
    return typeof value === 'string' && value !== '' ? value : bad(name)
  }
  return {
    issuer: checkUrl(member('issuer'), file),
    issuerAddress: checkUrl(member('issuerAddress'), file),
    clientId: member('clientId'),
    clientSecret: member('clientSecret'),
  }
}

function checkUrl(text: string, file: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return text.replace(/\/$/, '')
  throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: 'URL' })
}

/** The file, if there is one; others must not be able to read it. */
function readClosed(file: string): string | undefined {
  try {
    const isOpen = process.platform !== 'win32' && (statSync(file).mode & 0o007) !== 0
    if (isOpen) throw new CliError(ISSUER_FAULTS.openCredentials, { file })
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if (cause instanceof CliError) throw cause
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: code })
  }
}
