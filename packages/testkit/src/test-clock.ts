import type { Clock } from '@latchkey/protocol'

export interface TestClock extends Clock {
  /** Moves wall and monotonic time forward. */
  advance(seconds: number): void
}

/** Stands still. Begins at the real time, because libraries that check tokens look at the real clock. */
export function testClock(startMs = Date.now()): TestClock {
  let passedMs = 0
  return {
    nowMs: () => startMs + passedMs,
    monotonicMs: () => passedMs,
    advance: (seconds) => {
      passedMs += seconds * 1000
    },
  }
}
