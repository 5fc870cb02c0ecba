import { LOGIN_LIMITS } from './limits.ts'

/** Who is signed in, as the ID token says it. */
export interface Person {
  /** `u_…` */
  readonly sub: string
  /** For display only: people choose their names. */
  readonly name: string
  /** The session at the issuer; undefined when the issuer names none. */
  readonly sid: string | undefined
}

/** What the issuer gave for a code or a refresh token. */
export interface Grant {
  readonly accessToken: string
  /** Lifetime of the access token. */
  readonly expiresInSeconds: number
  readonly refreshToken: string | undefined
  readonly idToken: string | undefined
  /** From the ID token; undefined when a refresh came without one. */
  readonly person: Person | undefined
}

/** What the session cookie holds. All times are seconds since 1970. */
export interface Session {
  readonly person: Person
  readonly accessToken: string
  readonly accessEndsAt: number
  /** From here on the next request renews the access token first. */
  readonly renewAt: number
  readonly refreshToken: string | undefined
  /** Hint for the sign-out at the issuer. */
  readonly idToken: string | undefined
  readonly signedInAt: number
  /** It came from a sign-in that was started by itself, because the one before did not hold. */
  readonly repeated: boolean
  /** What its sign-in was asked to be (`demandOf`); undefined: a sign-in of any kind. */
  readonly askedFor: string | undefined
  /** The absolute end: no renewal moves it. */
  readonly endsAt: number
}

export function newSession(
  grant: Grant & { readonly person: Person },
  facts: { now: number; sessionSeconds: number; repeated: boolean; askedFor: string | undefined },
): Session {
  return {
    person: grant.person,
    ...accessOf(grant, facts.now),
    refreshToken: grant.refreshToken,
    idToken: grant.idToken,
    signedInAt: facts.now,
    repeated: facts.repeated,
    askedFor: facts.askedFor,
    endsAt: facts.now + facts.sessionSeconds,
  }
}

/**
 * The session after a refresh, or undefined when the new ID token is about somebody or something else
 * (OpenID Connect Core section 12.2).
 */
export function renewedSession(session: Session, grant: Grant, now: number): Session | undefined {
  const person = grant.person ?? session.person
  if (person.sub !== session.person.sub || person.sid !== session.person.sid) return undefined
  return {
    ...session,
    person,
    ...accessOf(grant, now),
    refreshToken: grant.refreshToken ?? session.refreshToken,
    idToken: grant.idToken ?? session.idToken,
  }
}

function accessOf(grant: Grant, now: number) {
  const lifetime = grant.expiresInSeconds
  const early = Math.max(LOGIN_LIMITS.renewBeforeSeconds, lifetime * LOGIN_LIMITS.renewBeforeShare)
  return {
    accessToken: grant.accessToken,
    accessEndsAt: now + lifetime,
    renewAt: now + Math.floor(lifetime - Math.min(early, lifetime / 2)),
  }
}

const VERSION = 1

export function sessionText(session: Session): string {
  return JSON.stringify({ version: VERSION, session })
}

/** The text came out of a sealed cookie, so only its age can be wrong: an older release may have written another form. */
export function parseSession(text: string): Session | undefined {
  const { version, session } = JSON.parse(text) as { version: number; session: Session }
  return version === VERSION ? { ...ABSENT, ...session } : undefined
}

/** JSON leaves out what is undefined. */
const ABSENT = { refreshToken: undefined, idToken: undefined, askedFor: undefined }
