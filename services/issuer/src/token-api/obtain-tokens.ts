/**
 * User name and password for tokens. This is the password grant of RFC 6749 section 4.3 in another shape, which RFC 9700 section 2.4
 * forbids in OAuth; so it is no grant, and for the operator's own apps alone. Everything but the way in is as at the sign-in page.
 */
import type { Client } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { checkAudience } from '../checks/audience.ts'
import { checkAuthorizationDetails, detailsAudience } from '../checks/authorization-details.ts'
import { checkScope } from '../checks/scope.ts'
import type { PersonResponse } from '../grants/grant.ts'
import { type JoinSessionDeps, joinSession } from '../grants/join-session.ts'
import { type PersonTokenDeps, personTokens } from '../grants/person-tokens.ts'
import { consentedRights, type RightsDirectory } from '../grants/user-rights.ts'
import { bounded, type Parameters, required } from '../http/parameters.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'
import type { CheckCredentials, CredentialsOutcome } from '../people/check-credentials.ts'
import { placeFor, type SignInDeps, signInSession } from '../sign-in/sign-in-session.ts'

export interface ObtainTokensDeps extends PersonTokenDeps, JoinSessionDeps, SignInDeps {
  readonly issuer: string
  readonly store: SignInDeps['store'] & JoinSessionDeps['store']
  readonly directory: RightsDirectory
  readonly checkCredentials: CheckCredentials
}

/** Where the request comes from. */
export interface Caller {
  /** `request.ip`: guesses are counted by it. */
  readonly address: string
  readonly userAgent: string
}

export type ObtainTokens = (
  client: Client,
  parameters: Parameters,
  proven: ProvenKeys,
  caller: Caller,
) => Promise<PersonResponse>

/** Apps show codes in groups. */
const CODE_CHARS = 32

export function obtainTokens(deps: ObtainTokensDeps): ObtainTokens {
  return async (authenticated, parameters, proven, caller) => {
    const scope = checkScope(parameters)
    const details = checkAuthorizationDetails(parameters)
    const audience = checkAudience(parameters, authenticated, deps.issuer, {
      details: detailsAudience(details),
    })
    const { user, acr, amr, start } = await signedIn(parameters, caller, deps)
    const { sub } = user
    const asOf = { now: start.now, rev: placeFor(sub, start) }
    // Before there is a session: one whose tokens cannot be made would stay behind.
    const asked = { audience, scope, details }
    const rights = await consentedRights(sub, authenticated.id, asked, deps.issuer, deps.directory)
    const { userAgent } = caller
    const signIn = { ...asOf, sub, acr, amr, userAgent, before: [] }
    const [{ session }] = await signInSession(signIn, deps)
    const tokens = await personTokens({ rights, scope, asOf, session, details, proven }, deps)
    const joining = { ...session, scope, audience, ...(details && { details }) }
    const refreshToken = await joinSession(rights.client, joining, asOf, proven, deps)
    return {
      user: rights.user,
      tokens: { ...tokens, ...(refreshToken !== undefined && { refresh_token: refreshToken }) },
    }
  }
}

async function signedIn(
  parameters: Parameters,
  { address }: Caller,
  deps: ObtainTokensDeps,
): Promise<Extract<CredentialsOutcome, { kind: 'ok' }>> {
  const outcome = await deps.checkCredentials({
    username: required(parameters, 'username', LIMITS.usernameChars),
    password: required(parameters, 'password', LIMITS.passwordBytes),
    oneTimeCode: bounded(parameters, 'one_time_code', CODE_CHARS),
    address,
  })
  switch (outcome.kind) {
    case 'ok':
      return outcome
    case 'refused':
      throw new OAuthError('invalid_grant', `credentials_${outcome.why}`, {
        description: 'user name or password is not right',
      })
    case 'password_change_required':
      throw new OAuthError('password_change_required', 'password_to_change', {
        description: 'this password has to be changed first, at the sign-in page',
      })
    case 'code_required':
      throw new OAuthError('one_time_code_required', 'code_missing', {
        description: 'this account needs a one_time_code as well',
      })
    case 'code_refused':
      throw new OAuthError('one_time_code_required', `code_${outcome.why}`, {
        description: 'the one_time_code is not right, or was used before',
      })
    case 'busy': {
      const { retryAfterSeconds } = outcome
      throw new OAuthError('temporarily_unavailable', 'hashing_busy', { retryAfterSeconds })
    }
    case 'throttled': {
      const { retryAfterSeconds } = outcome
      throw new OAuthError('too_many_requests', 'throttled', {
        description: 'too many attempts; wait as long as Retry-After says',
        retryAfterSeconds,
      })
    }
  }
}
