/** Silent refresh with single flight: RFC 6749 section 6, docs/architecture.md. */
import { createHash } from 'node:crypto'
import { type Clock, LIMITS, nowSeconds } from '@latchkey/protocol'
import { expiringMap } from './expiring-map.ts'
import { LOGIN_LIMITS } from './limits.ts'
import type { GrantOutcome, Provider } from './provider.ts'
import { renewedSession, type Session } from './session.ts'

export type RefreshOutcome =
  | { readonly kind: 'renewed'; readonly session: Session }
  /** The issuer says that the session is over; or it answered for somebody else. */
  | { readonly kind: 'over'; readonly reason: string }
  /** Nothing is known about the session: it stays as it is. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly retryAfterSeconds: number }

export interface Refresher {
  /** Redeems the session's refresh token; all requests that hold the same one share the answer. */
  refresh(session: Session, refreshToken: string): Promise<RefreshOutcome>
  /**
   * What this process got for the session's refresh token within the grace window, or is getting right now. A request
   * that still comes with the old cookie goes on with that: the old token must not be redeemed later.
   */
  recent(session: Session): Promise<RefreshOutcome> | undefined
  /**
   * The last session known to have grown out of this one. A slow response must not put an old cookie over a newer one.
   */
  newest(session: Session): Session
}

interface Flight {
  readonly outcome: Promise<RefreshOutcome>
  /** Seconds; undefined while it is under way. */
  settledAt?: number
  session?: Session
}

/** Keys are digests, so that a memory dump of this map holds no refresh token as a key. */
function digest(refreshToken: string | undefined): string {
  return createHash('sha256')
    .update(refreshToken ?? '')
    .digest('base64url')
}

export function refresher(issuer: Pick<Provider, 'refresh'>, clock: Clock): Refresher {
  const flights = expiringMap<Flight>(LOGIN_LIMITS.successors)
  let pausedUntil = Number.NEGATIVE_INFINITY

  async function redeem(session: Session, refreshToken: string): Promise<RefreshOutcome> {
    if (nowSeconds(clock) < pausedUntil) return unavailable('issuer_failed_before')
    const answer = await issuer.refresh(refreshToken)
    // A refusal concerns one session; silence concerns everybody.
    if (answer.kind === 'unavailable') {
      pausedUntil = nowSeconds(clock) + LOGIN_LIMITS.issuerPauseSeconds
    }
    return refreshOutcome(session, answer, clock)
  }

  function start(session: Session, refreshToken: string): Promise<RefreshOutcome> {
    const key = digest(refreshToken)
    const outcome = redeem(session, refreshToken).then((settled) => {
      if (settled.kind === 'unavailable') flights.delete(key)
      else flight.settledAt = nowSeconds(clock)
      if (settled.kind === 'renewed') flight.session = settled.session
      return settled
    })
    const flight: Flight = { outcome }
    const now = nowSeconds(clock)
    flights.set(key, flight, now + LOGIN_LIMITS.successorSeconds, now)
    return outcome
  }

  function recent(session: Session): Promise<RefreshOutcome> | undefined {
    if (session.refreshToken === undefined) return undefined
    const now = nowSeconds(clock)
    const flight = flights.get(digest(session.refreshToken), now)
    if (flight === undefined) return undefined
    // The issuer's grace window is ours: a cookie that was stolen must not stay good for longer than a token would.
    const settledFor = now - (flight.settledAt ?? now)
    return settledFor < LIMITS.refreshGraceSeconds ? flight.outcome : undefined
  }

  return {
    recent,
    refresh: (session, refreshToken) => recent(session) ?? start(session, refreshToken),
    newest(session) {
      let newest = session
      for (let hops = 0; hops < LOGIN_LIMITS.successorHops; hops++) {
        const successor = flights.get(digest(newest.refreshToken), nowSeconds(clock))?.session
        if (successor === undefined || successor === newest) break
        newest = successor
      }
      return newest
    },
  }
}

function unavailable(reason: string): RefreshOutcome {
  return { kind: 'unavailable', reason, retryAfterSeconds: LOGIN_LIMITS.issuerPauseSeconds }
}

function refreshOutcome(session: Session, answer: GrantOutcome, clock: Clock): RefreshOutcome {
  switch (answer.kind) {
    case 'granted': {
      const renewed = renewedSession(session, answer.grant, nowSeconds(clock))
      return renewed === undefined
        ? { kind: 'over', reason: 'other_person' }
        : { kind: 'renewed', session: renewed }
    }
    case 'refused':
      // Only this code speaks about the session. Every other one is a fault of settings, of the issuer or of the way.
      return answer.code === 'invalid_grant'
        ? { kind: 'over', reason: 'invalid_grant' }
        : unavailable(answer.reason)
    case 'unavailable':
    case 'invalid':
      return unavailable(answer.reason)
  }
}
