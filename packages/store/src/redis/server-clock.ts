/**
 * The Redis server's wall clock, guessed from here. Scripts get a deadline in that clock, so that a command which waited
 * in a hanging server is not carried out after its caller was told that it failed. The guess is early by one round trip
 * at most, never late: what is carried out was carried out in time.
 */
export interface ServerClock {
  /** The server's time of now, in milliseconds since 1970. */
  nowMs(): number
  /** Notes the time in an answer of the server that has just arrived. */
  learn(serverMs: number): void
}

export function serverClock(monotonicMs: () => number): ServerClock {
  let offsetMs = 0
  return {
    nowMs: () => monotonicMs() + offsetMs,
    learn: (serverMs) => {
      offsetMs = serverMs - monotonicMs()
    },
  }
}
