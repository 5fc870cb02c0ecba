import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { BY_PASSWORD, BY_PASSWORD_AND_CODE } from '../people/check-credentials.ts'
import type { CodeSecrets } from '../people/code-secrets.ts'
import type { BrowserSession } from '../sessions/browser-sessions.ts'
import {
  placeFor,
  type SignInDeps,
  signInSession,
  startSignIn,
} from '../sign-in/sign-in-session.ts'

export interface ChangeOneTimeCodeDeps extends SignInDeps {
  readonly directory: Pick<Directory, 'transaction'>
  readonly secrets: Pick<CodeSecrets, 'seal'>
  readonly clock: Clock
}

/** Of a person who has just shown a right code. */
export interface OneTimeCodeChange {
  readonly own: BrowserSession
  /** Of this browser, all of them. */
  readonly sessions: readonly BrowserSession[]
  /** Null switches the codes off. */
  readonly secret: Buffer | null
}

/**
 * First the account, then the end of everything that was signed in the way it was before, sign-ins under way included; then
 * a new session for this browser alone. Undefined when the account is not as the page said.
 */
export async function changeOneTimeCode(
  { own, sessions, secret }: OneTimeCodeChange,
  deps: ChangeOneTimeCodeDeps,
): Promise<readonly BrowserSession[] | undefined> {
  const { sub, sid, authTime, userAgent } = own.session
  const actor = { sub, sid }
  const sealed = secret && deps.secrets.seal(secret, sub)
  const isChanged = await deps.directory.transaction(async (inside) => {
    const user = await inside.users.find(sub)
    if (!user || user.disabled || user.hasOneTimeCode === (sealed !== null)) return false
    await inside.users.setOneTimeCodeSecret(sub, sealed)
    await inside.audit.append({
      ...{ at: nowSeconds(deps.clock), actor, target: `user ${sub}` },
      ...{ action: 'user.one_time_code', reason: 'self' },
      detail: { before: user.hasOneTimeCode, after: sealed !== null },
    })
    return true
  })
  if (!isChanged) return undefined
  await deps.end({ kind: 'user', sub }, 'one_time_code_changed', actor)
  const start = await startSignIn(deps)
  const how = secret ? BY_PASSWORD_AND_CODE : BY_PASSWORD
  const before = sessions.filter((one) => one !== own)
  return await signInSession(
    { ...{ now: start.now, rev: placeFor(sub, start), authTime, sub, userAgent, before }, ...how },
    deps,
  )
}
