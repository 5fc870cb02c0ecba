import { type Clock, nowSeconds } from '@latchkey/protocol'
import { expiringMap } from './expiring-map.ts'
import { LOGIN_LIMITS } from './limits.ts'
import type { Session } from './session.ts'

/** What a logout token named: one session, or with `sub` alone all sessions of a person. */
export interface EndedSession {
  readonly sid: string | undefined
  readonly sub: string | undefined
}

/**
 * Sessions that the issuer reported as ended to this process, for as long as a cookie of them could live. Other processes
 * of the app learn it from the verifier's feed, or when they refresh.
 */
export interface EndedSessions {
  add(ended: EndedSession): void
  covers(session: Session): boolean
}

export function endedSessions(clock: Clock, keepSeconds: number): EndedSessions {
  const sids = expiringMap<true>(LOGIN_LIMITS.endedEntries)
  const people = expiringMap<number>(LOGIN_LIMITS.endedEntries)
  return {
    add({ sid, sub }) {
      const now = nowSeconds(clock)
      if (sid !== undefined) sids.set(sid, true, now + keepSeconds, now)
      // Back-Channel Logout 1.0 section 2.4: with a sid the token is about that session, not about the person.
      else if (sub !== undefined) people.set(sub, now, now + keepSeconds, now)
    },
    covers({ person, signedInAt }) {
      const now = nowSeconds(clock)
      if (person.sid !== undefined && sids.get(person.sid, now) === true) return true
      const endedAt = people.get(person.sub, now)
      // Whoever signs in again afterwards is welcome.
      return endedAt !== undefined && signedInAt <= endedAt
    },
  }
}
