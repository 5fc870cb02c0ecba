import type { Clock } from '@latchkey/protocol'

export interface ToldTime {
  /** Milliseconds since 1970. */
  readonly serverMs: number
  /** `performance.now()` when the question was sent, and when the answer was there. */
  readonly askedAt: number
  readonly answeredAt: number
}

/** Seconds that a server's clock and ours differ at least, whichever is ahead: what the way may have taken counts for neither. */
export function clockDifference(
  told: ToldTime,
  clock: Pick<Clock, 'nowMs'>,
  monotonicMs: number = performance.now(),
): number {
  const { serverMs, askedAt, answeredAt } = told
  const wallMs = clock.nowMs() - (monotonicMs - (askedAt + answeredAt) / 2)
  const surelyMs = Math.max(0, Math.abs(serverMs - wallMs) - (answeredAt - askedAt) / 2)
  return Math.round(surelyMs / 100) / 10
}
