import { LIMITS } from '@latchkey/protocol'

/** Limits of the store, the same on both engines. */
export const STORE_LIMITS = {
  /** A spent code is told apart from an unknown one for this long after it would have expired. */
  spentCodeSeconds: 3600,
  /**
   * An expired session can still be ended for this long, because an access token of its last second lives that long.
   * It also lets the callers' clocks decide, and not the engine's.
   */
  sessionLingerSeconds: LIMITS.accessTokenMaxSeconds,
  /** Whether an app was told, and what became of a device's request, can be asked for this long. */
  settledSeconds: 3600,
  /** A verifier that nobody has reported for an hour is forgotten. */
  presenceSeconds: 3600,
  /** The state of one operation with all its verifiers fits; a Redis reply of this size takes well below a millisecond. */
  documentBytes: 262_144,
  /** RFC 8628 section 3.5. */
  slowDownSeconds: 5,
  /** Apps that one person uses in one session, several sign-ins each; then the least recently refreshed goes. */
  familiesPerSession: 64,
  /** Windows of one app in one browser. An app that signs in silently again and again must not crowd out the others. */
  familiesPerClient: 8,
  /** Where the entry of an end stands that is told once: as long as whoever should have told it may have been away. */
  toldOnceSeconds: 86_400,
  /** Rows or entries looked at in one step of cleaning, so that nobody waits long behind it. */
  trimBatch: 1000,
} as const
