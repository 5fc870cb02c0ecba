import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { EndingChange } from '../ending/ending-change.ts'
import { placeOfOwnEnd } from '../ending/place-of-own-end.ts'
import { BY_PASSWORD, BY_PASSWORD_AND_CODE } from '../people/check-credentials.ts'
import type { CodeSecrets } from '../people/code-secrets.ts'
import type { BrowserSession } from '../sessions/browser-sessions.ts'
import {
  placeFor,
  type SignInDeps,
  type SignInStart,
  signInSession,
} from '../sign-in/sign-in-session.ts'

export interface ChangeOneTimeCodeDeps extends SignInDeps {
  readonly endingChange: EndingChange
  readonly secrets: Pick<CodeSecrets, 'seal'>
  readonly clock: Clock
}

/** Of a person who has just shown a right code. */
export interface OneTimeCodeChange {
  /** From before their sessions were looked up. */
  readonly start: SignInStart
  readonly own: BrowserSession
  /** Of this browser, all of them. */
  readonly sessions: readonly BrowserSession[]
  /** Null switches the codes off. */
  readonly secret: Buffer | null
}

/**
 * First the account, then the end of everything that was signed in the way it was before, sign-ins under way included; then
 * a new session for this browser alone, unless it would outlive an end that came in the meantime. Undefined when there is none,
 * or the account is not as the page said.
 */
export async function changeOneTimeCode(
  { start, own, sessions, secret }: OneTimeCodeChange,
  deps: ChangeOneTimeCodeDeps,
): Promise<readonly BrowserSession[] | undefined> {
  const { sub, sid, authTime, userAgent } = own.session
  const actor = { sub, sid }
  const sealed = secret && deps.secrets.seal(secret, sub)
  const { outcomes } = await deps.endingChange(async (inside) => {
    const user = await inside.users.find(sub)
    const isAsBefore = user && !user.disabled && user.hasOneTimeCode !== (sealed !== null)
    if (!isAsBefore) return { result: undefined, ends: [] }
    await inside.users.setOneTimeCodeSecret(sub, sealed)
    await inside.audit.append({
      ...{ at: nowSeconds(deps.clock), actor, target: `user ${sub}` },
      ...{ action: 'user.one_time_code', reason: 'self' },
      detail: { before: user.hasOneTimeCode, after: sealed !== null },
    })
    const target = { kind: 'user', sub } as const
    return { result: undefined, ends: [{ target, reason: 'one_time_code_changed', actor }] }
  })
  const [ended] = outcomes
  if (!ended) return undefined
  const rev = await placeOfOwnEnd(ended, { sub, sid }, placeFor(sub, start), deps)
  if (!rev) return undefined
  const how = secret ? BY_PASSWORD_AND_CODE : BY_PASSWORD
  const before = sessions.filter((one) => one !== own)
  const now = nowSeconds(deps.clock)
  return await signInSession({ ...{ now, rev, authTime, sub, userAgent, before }, ...how }, deps)
}
