import { join, resolve } from 'node:path'
import { CliError } from './cli-error.ts'
import type { Context } from './command.ts'
import { readLogin, type StoredLogin } from './login/login-file.ts'
import { ISSUER_FAULTS } from './messages/issuer.ts'
import { readPrivateFile } from './private-file.ts'

/** Which issuer the command speaks to, and as whom. */
export interface Target {
  /** The public identity: exactly the `iss` of its tokens. */
  readonly issuer: string
  /** Where it is reached from here. */
  readonly issuerAddress: string
  readonly as: Machine | Person
}

/** A client with a secret, which gets tokens of its own. */
export interface Machine {
  readonly kind: 'machine'
  readonly clientId: string
  readonly clientSecret: string
}

/** Whoever has signed in by `latchkey login`: with their own rights, and under their name in the audit log. */
export interface Person {
  readonly kind: 'person'
  readonly login: StoredLogin
}

/**
 * From the environment when LATCHKEY_CLI_CLIENT_ID is set, else from the file that an issuer on this machine wrote, else
 * the newest login, or that at LATCHKEY_CLI_ISSUER. Undefined when there are none; throws CliError when there are some
 * that cannot be used.
 */
export function findTarget({ terminal, common }: Context): Target | undefined {
  const { env, cwd } = terminal
  if (env['LATCHKEY_CLI_CLIENT_ID']) return fromEnvironment(env, cwd)
  const file = credentialsFile({ terminal, common })
  const text = readPrivateFile(file)
  if (text !== undefined) return fromFile(file, text)
  const login = readLogin(env['LATCHKEY_CLI_ISSUER'] || undefined, terminal)
  if (login === undefined) return undefined
  const { issuer, issuerAddress } = login
  return { issuer, issuerAddress, as: { kind: 'person', login } }
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
    as: {
      kind: 'machine',
      clientId: required('LATCHKEY_CLI_CLIENT_ID'),
      clientSecret: secretFile
        ? (readPrivateFile(resolve(cwd, secretFile)) ?? missing(secretFile)).trimEnd()
        : required('LATCHKEY_CLI_CLIENT_SECRET'),
    },
  }
}

function missing(file: string): never {
  throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: 'ENOENT' })
}

function fromFile(file: string, text: string): Target {
  const bad = (why: string): never => {
    throw new CliError(ISSUER_FAULTS.badCredentials, { file, why })
  }
  let parsed: Readonly<Record<string, unknown>> = {}
  try {
    parsed = JSON.parse(text)
  } catch {
    // The cause quotes the text, which holds a secret.
    bad('JSON')
  }
  const member = (name: string): string => {
    const value = parsed[name]
    return typeof value === 'string' && value !== '' ? value : bad(name)
  }
  return {
    issuer: checkUrl(member('issuer'), file),
    issuerAddress: checkUrl(member('issuerAddress'), file),
    as: {
      kind: 'machine',
      clientId: member('clientId'),
      clientSecret: member('clientSecret'),
    },
  }
}

function checkUrl(text: string, file: string): string {
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol)) return text.replace(/\/$/, '')
  throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: 'URL' })
}
