import { statSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { Client, User } from '@latchkey/directory'
import type { TokenResponse } from '../grants/grant.ts'
import { SettingsError } from '../settings/faults.ts'

/** What a hook is told. All of it is a frozen copy: changing it changes nothing. */
export interface TokenResponseFacts {
  /** The person, without password, secrets and grants. `sub` is the person's own, also for clients with pairwise subjects. */
  readonly user: Pick<
    User,
    'sub' | 'username' | 'name' | 'email' | 'emailVerified' | 'locale' | 'roles' | 'profile'
  >
  readonly client: Pick<Client, 'id' | 'name'>
  /** Without the refresh token, which is nobody's but the client's. */
  readonly tokens: Omit<TokenResponse, 'refresh_token'>
  readonly request: {
    /** `/api/token/obtain`, `/api/token/refresh`, or one of `/api/token/simplejwt/`. */
    readonly path: string
    readonly address: string
    /** Of the request, only these: `user-agent`, `accept-language`, `origin`. */
    readonly headers: Readonly<Record<string, string>>
  }
  /** Aborted when time is up, for requests that the hook makes. */
  readonly signal: AbortSignal
}

/** An operator's function, `tokenResponse` of the module that `token_api.hook` names. Its members are added to the answer. */
export type TokenResponseHook = (facts: TokenResponseFacts) => unknown

const SETTING = 'token_api.hook'
const EXPORT = 'tokenResponse'

/**
 * Loads the hook's module, once, at the start.
 * @param file absolute path
 * @throws SettingsError `hook-missing`, `hook-open`, `hook-broken`, `hook-without-function`
 */
export async function loadTokenResponseHook(file: string): Promise<TokenResponseHook> {
  checkFile(file)
  const loaded = await importModule(file)
  const hook = loaded[EXPORT]
  if (typeof hook === 'function') return hook as TokenResponseHook
  const exported = Object.keys(loaded).join(', ') || 'nothing'
  throw refusal('hook-without-function', exported, `a module that exports the function ${EXPORT}`)
}

/** Whoever can write this file runs code with the issuer's keys. */
function checkFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) throw refusal('hook-missing', file, 'an ES module that exists')
  if ((found.mode & 0o002) !== 0) {
    throw refusal('hook-open', file, 'a file that not everybody can write (chmod o-w)')
  }
}

async function importModule(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (cause) {
    const [why = ''] = String(cause).split('\n')
    throw refusal('hook-broken', file, `an ES module that can be loaded (${why.slice(0, 200)})`)
  }
}

function refusal(code: string, received: string, expected: string): SettingsError {
  return new SettingsError([{ at: SETTING, code, received, expected }])
}
