/**
 * The Redis server's wall clock, guessed from here. Scripts get a deadline in that clock, so that a command which waited
 * in a hanging server is not carried out after its caller was told that it failed. The guess is late by one round trip
 * at most, never early: what is refused as late has been given up.
 */
export interface ServerClock {
  /** The server's time of now, in milliseconds since 1970. */
  nowMs(): number
  /** Notes what the server answered to a command sent at `sentAtMs` (monotonic). */
  learn(serverMs: number, sentAtMs: number): void
}

export function serverClock(monotonicMs: () => number): ServerClock {
  let offsetMs = 0
  return {
    nowMs: () => monotonicMs() + offsetMs,
    learn: (serverMs, sentAtMs) => {
      offsetMs = serverMs - sentAtMs
    },
  }
}
