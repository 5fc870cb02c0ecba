/**
 * Password and second factor, for every way of signing in: the page and the first-party API. NIST SP 800-63B section 3.2.2 (throttling),
 * RFC 6238 (one-time codes), RFC 8176 (`amr`). Nothing here makes a session.
 */
import type { User, Users } from '@latchkey/directory'
import { ACR, nowSeconds } from '@latchkey/protocol'
import type { RefusedSignIns } from '../audit/refused-sign-ins.ts'
import { type SignInStart, type SignInStartDeps, startSignIn } from '../sign-in/sign-in-session.ts'
import type { CodeOutcome, OneTimeCodes } from './one-time-codes.ts'
import type { PasswordGuesses } from './password-guesses.ts'

export interface Credentials {
  readonly username: string
  readonly password: string
  readonly oneTimeCode?: string | undefined
  /** `request.ip`. */
  readonly address: string
}

/** `start` is the time and place in the log before anything was looked at: what a session of this sign-in counts from. */
export type CredentialsOutcome =
  | {
      readonly kind: 'ok'
      readonly user: User
      readonly acr: string
      readonly amr: readonly string[]
      readonly start: SignInStart
    }
  /** Everything was right, and the password is one that others know: nothing is to be done with it but choosing another. */
  | {
      readonly kind: 'password_change_required'
      readonly user: User
      readonly withCode: boolean
      readonly start: SignInStart
    }
  /** The same for everybody whose password was not right; `why` is for the log only. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The password was right, the account has a one-time code, and none was given. */
  | { readonly kind: 'code_required'; readonly user: User; readonly start: SignInStart }
  /** The password was right, the code was not; `why` is for the log only. */
  | {
      readonly kind: 'code_refused'
      readonly user: User
      readonly why: string
      readonly start: SignInStart
    }
  /** Too many sign-ins at this moment, by whomever. Nothing was counted. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  /** Too many guesses. The password was not looked at, unless too many codes came with the right one. */
  | { readonly kind: 'throttled'; readonly retryAfterSeconds: number }

export type CheckCredentials = (credentials: Credentials) => Promise<CredentialsOutcome>

export interface CheckCredentialsDeps extends SignInStartDeps {
  readonly users: Pick<Users, 'checkPassword'>
  readonly guesses: PasswordGuesses
  readonly codes: Pick<OneTimeCodes, 'check'>
  readonly refused: Pick<RefusedSignIns, 'note'>
}

/** How somebody was authenticated, for the session and its tokens. */
export const BY_PASSWORD = { acr: ACR.password, amr: ['pwd'] } as const
export const BY_PASSWORD_AND_CODE = { acr: ACR.mfa, amr: ['pwd', 'otp', 'mfa'] } as const

export function checkCredentials(deps: CheckCredentialsDeps): CheckCredentials {
  const check = uncountedCheck(deps)
  return async (credentials) => {
    const outcome = await check(credentials)
    const why = REFUSALS[outcome.kind]
    if (why !== undefined) deps.refused.note({ ...credentials, why })
    return outcome
  }
}

/** What the audit log calls those outcomes of which many may be somebody who guesses. */
const REFUSALS: Readonly<Partial<Record<CredentialsOutcome['kind'], string>>> = {
  refused: 'credentials',
  code_refused: 'code',
  throttled: 'throttled',
}

function uncountedCheck(deps: CheckCredentialsDeps): CheckCredentials {
  return async ({ username, password, oneTimeCode, address }) => {
    const guess = { username, address, now: nowSeconds(deps.clock) }
    const [start, counted] = await Promise.all([startSignIn(deps), deps.guesses.count(guess)])
    if (counted.kind === 'blocked') return { ...counted, kind: 'throttled' }
    const checked = await deps.users.checkPassword(username, password)
    switch (checked.kind) {
      case 'busy':
        await counted.notMade()
        return checked
      case 'refused':
        await counted.wasWrong()
        return checked
      case 'ok':
        await counted.wasRight()
        break
    }
    const { user } = checked
    if (!user.hasOneTimeCode) return proven(user, false, start)
    if (oneTimeCode === undefined) return { kind: 'code_required', user, start }
    return withCode(await deps.codes.check(user.sub, oneTimeCode, start.now), user, start)
  }
}

function proven(user: User, withCode: boolean, start: SignInStart): CredentialsOutcome {
  if (user.mustChangePassword) return { kind: 'password_change_required', user, withCode, start }
  return { kind: 'ok', user, ...(withCode ? BY_PASSWORD_AND_CODE : BY_PASSWORD), start }
}

function withCode(code: CodeOutcome, user: User, start: SignInStart): CredentialsOutcome {
  switch (code.kind) {
    case 'ok':
      return proven(user, true, start)
    case 'refused':
      return { kind: 'code_refused', user, why: code.why, start }
    case 'throttled':
      return code
  }
}
