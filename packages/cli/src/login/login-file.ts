import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CliError } from '../cli-error.ts'
import type { Terminal } from '../command.ts'
import { ISSUER_FAULTS } from '../messages/issuer.ts'
import { readPrivateFile, writePrivateFile } from '../private-file.ts'

/** A sign-in of the person at the terminal, as it is kept between commands. */
export interface StoredLogin {
  readonly issuer: string
  /** Where it is reached from here. */
  readonly issuerAddress: string
  readonly clientId: string
  readonly clientSecret?: string | undefined
  readonly scope: string
  readonly resources: readonly string[]
  readonly accessToken: string
  /** Seconds since 1970. */
  readonly expiresAt: number
  readonly refreshToken?: string | undefined
  /** Whom to name in messages. */
  readonly name: string
  /** Seconds since 1970. */
  readonly signedInAt: number
}

type World = Pick<Terminal, 'env'>

/** One file per issuer, so that two of them cannot be mixed up: `~/.config/latchkey/logins/sso.example.com.json`. */
export function writeLogin(login: StoredLogin, world: World): void {
  const folder = loginsFolder(world)
  if (folder === undefined) throw new CliError(ISSUER_FAULTS.noConfigFolder)
  writePrivateFile(fileOf(folder, login.issuer), `${JSON.stringify(login, null, 2)}\n`)
}

/** The login at this issuer; without one, the newest there is. */
export function readLogin(issuer: string | undefined, world: World): StoredLogin | undefined {
  const folder = loginsFolder(world)
  if (folder === undefined) return undefined
  if (issuer !== undefined) return parseLogin(fileOf(folder, issuer))
  const all = filesIn(folder).map((name) => parseLogin(join(folder, name)))
  return all
    .filter((login) => login !== undefined)
    .sort((one, other) => other.signedInAt - one.signedInAt)[0]
}

export function forgetLogin(issuer: string, world: World): void {
  const folder = loginsFolder(world)
  if (folder !== undefined) rmSync(fileOf(folder, issuer), { force: true })
}

function loginsFolder({ env }: World): string | undefined {
  const home = env['HOME'] || env['USERPROFILE']
  const config = env['XDG_CONFIG_HOME'] || env['APPDATA'] || (home && join(home, '.config'))
  return config ? join(config, 'latchkey', 'logins') : undefined
}

function fileOf(folder: string, issuer: string): string {
  return join(folder, `${encodeURIComponent(issuer.replace(/^https:\/\//, ''))}.json`)
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function parseLogin(file: string): StoredLogin | undefined {
  const text = readPrivateFile(file)
  if (text === undefined) return undefined
  try {
    const login = JSON.parse(text) as StoredLogin
    const { issuer, issuerAddress, clientId, accessToken } = login
    const isWhole = [issuer, issuerAddress, clientId, accessToken].every(
      (one) => typeof one === 'string',
    )
    if (isWhole && Number.isFinite(login.expiresAt) && Array.isArray(login.resources)) return login
  } catch {
    // Told below without the cause, which quotes the text: it holds tokens.
  }
  throw new CliError(ISSUER_FAULTS.badCredentials, { file, why: 'JSON' })
}
