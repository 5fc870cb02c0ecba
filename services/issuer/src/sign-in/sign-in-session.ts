import type { Audit } from '@latchkey/directory'
import {
  type Clock,
  LIMITS,
  newSessionId,
  nowSeconds,
  type Position,
  partitionOfSubject,
  type Random,
} from '@latchkey/protocol'
import type { NewSession, SessionRecord, Store } from '@latchkey/store'
import type { End } from '../ending/end.ts'
import type { BrowserSession } from '../sessions/browser-sessions.ts'
import { handleHash, MOST_SESSIONS, newHandle } from '../sessions/session-cookie.ts'

export interface SignInStartDeps {
  readonly store: Pick<Store, 'log' | 'partitions'>
  readonly clock: Clock
}

export interface SignInDeps extends SignInStartDeps {
  readonly store: Pick<Store, 'sessions' | 'log' | 'partitions'>
  readonly end: End
  readonly audit: Pick<Audit, 'append'>
  readonly random: Random
  readonly lifetimes: { readonly idleSeconds: number; readonly absoluteSeconds: number }
}

/** Time and place in every log before anything about the person was read. */
export interface SignInStart {
  readonly now: number
  readonly heads: readonly Position[]
}

/**
 * Called before the password is looked at. Comparing it takes a while: somebody who changes it, or disables the user, in
 * the meantime ends everything up to that moment, and with it the session that comes out of this sign-in.
 */
export async function startSignIn(deps: SignInStartDeps): Promise<SignInStart> {
  const now = nowSeconds(deps.clock)
  const partitions = Array.from({ length: deps.store.partitions }, (_, partition) => partition)
  const heads = await Promise.all(partitions.map((partition) => deps.store.log.head(partition)))
  return { now, heads: heads.map(({ position }) => position) }
}

/** The place in the log that holds what concerns this person. */
export function placeFor(sub: string, { heads }: SignInStart): Position {
  const partition = partitionOfSubject(sub, heads.length)
  const rev = heads[partition]
  if (!rev) throw new RangeError(`no position of partition ${partition} was read`)
  return rev
}

export interface SignIn {
  /** When the last thing was proven, in seconds. */
  readonly now: number
  /** When the person signed in, if that was before. Default: `now`. */
  readonly authTime?: number
  /** Where the log stood before the first thing was. */
  readonly rev: Position
  readonly sub: string
  readonly acr: string
  readonly amr: readonly string[]
  readonly userAgent: string
  /** What this browser was signed in to before, the session used last in front. */
  readonly before: readonly BrowserSession[]
}

/**
 * What this browser is signed in to from now on, the new sign-in in front. The secret in the cookie is always new after
 * it (session fixation). The same person keeps the session, so that the other apps stay signed in; another person comes
 * in addition, and in place of the session that was used longest ago when there are too many.
 */
export async function signInSession(
  signIn: SignIn,
  deps: SignInDeps,
): Promise<readonly [BrowserSession, ...BrowserSession[]]> {
  const own = signIn.before.find(({ session }) => session.sub === signIn.sub)
  const others = signIn.before.filter((one) => one !== own)
  const renewed = own && (await renew(own.session, signIn, deps))
  const created = renewed ?? (await create(signIn, deps))
  // Before the cookie is given out: nobody is signed in without a record.
  await record(created.session, renewed !== undefined, deps)
  if (renewed) return [renewed, ...others]
  for (const { session } of others.splice(MOST_SESSIONS - 1)) {
    await deps.end({ kind: 'session', sid: session.sid }, 'user_switched', { sub: signIn.sub })
  }
  return [created, ...others]
}

async function record(
  { sub, sid, acr, amr }: SessionRecord,
  again: boolean,
  { audit, clock }: SignInDeps,
): Promise<void> {
  await audit.append({
    ...{ at: nowSeconds(clock), actor: { sub, sid }, target: `session ${sid}` },
    ...{ action: 'sign_in', reason: 'self', detail: { acr, amr: [...amr], again } },
  })
}

async function renew(
  before: SessionRecord,
  signIn: SignIn,
  deps: SignInDeps,
): Promise<BrowserSession | undefined> {
  const { now } = signIn
  const handle = newHandle(before.sid, deps.random)
  const change = {
    handleHash: handleHash(handle.secret),
    authTime: signIn.authTime ?? now,
    acr: signIn.acr,
    amr: signIn.amr,
    idleExpiresAt: Math.min(now + deps.lifetimes.idleSeconds, before.absoluteExpiresAt),
  }
  const alive = await deps.store.sessions.renew(before.sid, change, now)
  return alive ? { session: { ...before, ...change }, handle } : undefined
}

async function create(signIn: SignIn, deps: SignInDeps): Promise<BrowserSession> {
  const { now, rev } = signIn
  const handle = newHandle(newSessionId(deps.random, rev.partition), deps.random)
  const session: NewSession = {
    sid: handle.sid,
    sub: signIn.sub,
    handleHash: handleHash(handle.secret),
    authTime: signIn.authTime ?? now,
    acr: signIn.acr,
    amr: signIn.amr,
    createdAt: now,
    idleExpiresAt: now + Math.min(deps.lifetimes.idleSeconds, deps.lifetimes.absoluteSeconds),
    absoluteExpiresAt: now + deps.lifetimes.absoluteSeconds,
    userAgent: signIn.userAgent.slice(0, LIMITS.userAgentChars),
    rev,
  }
  await deps.store.sessions.create(session, now)
  return { session: { ...session, clients: [], userinfoClaims: {} }, handle }
}
