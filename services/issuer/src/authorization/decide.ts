/** What a checked request needs next: OpenID Connect Core sections 3.1.2.3, 3.1.2.4 and 3.1.2.6. Nothing here writes an answer. */
import type { Consent, Consents, Users } from '@latchkey/directory'
import {
  type Clock,
  nowSeconds,
  OAuthError,
  type OAuthErrorCode,
  reachesAcr,
} from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import type { SubjectFor } from '../minting/subject.ts'
import { chooseSession, type SessionChoice } from './choose-session.ts'
import { allowedScope, answeredBefore } from './consent.ts'
import type { AskedRequest } from './read-request.ts'

export interface DecideDeps {
  readonly consents: Pick<Consents, 'find'>
  readonly users: Pick<Users, 'find'>
  readonly subjectFor: SubjectFor
  /** What a sign-in here can reach. */
  readonly acrValues: readonly string[]
  readonly clock: Clock
}

/** What a step of this flow has settled: the person and, when they have just signed in for this request, how. */
export interface Established {
  readonly session: SessionRecord
  readonly signedIn: boolean
}

export type Decision =
  /** `allowed` is the part of the consent scope that the person allows. */
  | { readonly kind: 'code'; readonly session: SessionRecord; readonly allowed: string }
  /** `session`: of the person who is expected to sign in again. */
  | { readonly kind: 'sign_in'; readonly session?: SessionRecord }
  | { readonly kind: 'select_account'; readonly sessions: readonly SessionRecord[] }
  /** `before`: what was allowed until now. */
  | {
      readonly kind: 'consent'
      readonly session: SessionRecord
      readonly before: Consent | undefined
    }
  | { readonly kind: 'error'; readonly error: OAuthError }

export async function decide(
  asked: AskedRequest,
  sessions: readonly SessionRecord[],
  established: Established | undefined,
  deps: DecideDeps,
): Promise<Decision> {
  const { required } = asked.acr
  if (required.length > 0 && !deps.acrValues.some((acr) => required.includes(acr))) {
    return refuse('unmet_authentication_requirements', 'acr_unknown')
  }
  const choice: SessionChoice = established
    ? { kind: 'one', session: established.session }
    : chooseSession(asked, sessions, deps.subjectFor)
  switch (choice.kind) {
    case 'none':
      return asked.silent ? refuse('login_required', 'no_session') : { kind: 'sign_in' }
    case 'several':
      if (asked.silent) return refuse('account_selection_required', 'several_sessions')
      // Who must sign in again says by that who they are.
      if (asked.signInAgain && !asked.chooseAccount) return { kind: 'sign_in' }
      return { kind: 'select_account', sessions: choice.sessions }
    case 'one':
      return (
        (await weakness(asked, choice.session, established?.signedIn ?? false, deps)) ??
        (await consentOrCode(asked, choice.session, deps))
      )
  }
}

/** Why this session is not good enough for the request as it is, and what helps; undefined when it is. */
async function weakness(
  asked: AskedRequest,
  session: SessionRecord,
  signedIn: boolean,
  deps: DecideDeps,
): Promise<Decision | undefined> {
  if (!signedIn && isTooOld(asked, session, deps.clock)) {
    return asked.silent ? refuse('login_required', 'too_old') : { kind: 'sign_in', session }
  }
  const { required } = asked.acr
  if (required.length > 0 && !required.some((wanted) => reachesAcr(session.acr, wanted))) {
    if (signedIn) return refuse('unmet_authentication_requirements', 'acr_not_reached')
    return asked.silent ? refuse('interaction_required', 'acr') : { kind: 'sign_in', session }
  }
  if (signedIn || asked.silent) return undefined
  return (await couldBeStronger(asked, session, deps)) ? { kind: 'sign_in', session } : undefined
}

function isTooOld(asked: AskedRequest, session: SessionRecord, clock: Clock): boolean {
  if (asked.signInAgain) return true
  return (
    asked.maxAgeSeconds !== undefined && nowSeconds(clock) - session.authTime > asked.maxAgeSeconds
  )
}

/** Whether the person can do what is preferred most of what this issuer offers. A wish, so nobody fails over it. */
async function couldBeStronger(
  asked: AskedRequest,
  session: SessionRecord,
  deps: DecideDeps,
): Promise<boolean> {
  const wanted = asked.acr.preferred.find((acr) => deps.acrValues.includes(acr))
  if (wanted === undefined || reachesAcr(session.acr, wanted)) return false
  return (await deps.users.find(session.sub))?.hasOneTimeCode ?? false
}

async function consentOrCode(
  asked: AskedRequest,
  session: SessionRecord,
  deps: DecideDeps,
): Promise<Decision> {
  const { client, consentScope: scope, audience, details, askConsent } = asked
  if (client.firstParty && !askConsent) return { kind: 'code', session, allowed: scope }
  const before = await deps.consents.find(session.sub, client.id)
  const isKnown = !askConsent && !isAnybody(asked)
  if (isKnown && answeredBefore(before, client, { scope, audience, details })) {
    return { kind: 'code', session, allowed: allowedScope(scope, before?.granted ?? []) }
  }
  if (asked.silent) return refuse('consent_required', 'not_asked_before')
  return { kind: 'consent', session, before }
}

/**
 * RFC 8252 section 8.6: any program of a person's machine can say that it is this app and listen where its answers go, so what was
 * allowed once says nothing about who asks now.
 */
function isAnybody({ client, redirectUri }: AskedRequest): boolean {
  return client.authMethod === 'none' && /^http:\/\/(?:127\.0\.0\.1|\[::1\])[:/]/.test(redirectUri)
}

function refuse(code: OAuthErrorCode, reason: string): Decision {
  return { kind: 'error', error: new OAuthError(code, reason) }
}
