import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeclaredClient } from '@latchkey/directory'
import { InputError, type Random } from '@latchkey/protocol'

export const CLI_CLIENT = 'latchkey-cli'
/** Whom people sign in for with `latchkey login`. */
export const CLI_LOGIN_CLIENT = 'latchkey-cli-login'

export interface CliCredentials {
  readonly issuer: string
  /** Where the issuer is reached from this machine. */
  readonly issuerAddress: string
  readonly clientId: string
  readonly clientSecret: string
}

/**
 * The credentials of the command line on this machine: whoever may read the data folder may administer. Kept in
 * `<dataDir>/cli.json`, readable by this user only; the secret is made once, the addresses follow the settings.
 */
export function cliCredentials(
  where: { readonly dataDir: string; readonly issuer: string; readonly issuerAddress: string },
  random: Random,
): CliCredentials {
  const file = join(where.dataDir, 'cli.json')
  const clientSecret = keptSecret(file) ?? random.bytes(32).toString('base64url')
  const credentials: CliCredentials = {
    issuer: where.issuer,
    issuerAddress: where.issuerAddress,
    clientId: CLI_CLIENT,
    clientSecret,
  }
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 })
  // The mode above counts only for a new file.
  chmodSync(file, 0o600)
  return credentials
}

function keptSecret(file: string): string | undefined {
  if (!existsSync(file)) return undefined
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'))
    const secret = (kept as Partial<CliCredentials>).clientSecret
    if (typeof secret === 'string' && secret.length >= 32) return secret
  } catch {
    // Told below, without the content: it may be half a secret.
  }
  throw new InputError('cli-file', {
    where: file,
    received: 'a file that holds no credentials',
    expected: 'the file that the issuer wrote, or none: delete it and start again',
  })
}

export function cliClient(credentials: CliCredentials): DeclaredClient {
  const { issuer, clientId, clientSecret } = credentials
  return {
    id: clientId,
    name: 'Latchkey command line',
    secret: clientSecret,
    grantTypes: ['client_credentials'],
    services: [issuer],
    firstParty: true,
    // `latchkey token verify` asks about tokens of anybody; who may end every session may know which are alive.
    grants: { [issuer]: ['* /admin/v1/*', 'POST /introspect'] },
  }
}

/**
 * A native app without a secret (RFC 8252 section 8.5): any program can say that it is this one, so it is not first-party, and the
 * person is asked at every sign-in (section 8.6). Its tokens open the admin API with the rights of the person.
 */
export const cliLoginClient = (issuer: string): DeclaredClient => ({
  id: CLI_LOGIN_CLIENT,
  name: 'Latchkey command line, for you',
  authMethod: 'none',
  redirectUris: ['http://127.0.0.1/callback'],
  grantTypes: [
    'authorization_code',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
  ],
  services: [issuer],
})
