/** Notices that the host slept or that somebody set its clock (attack K11). */
import type { Clock } from '@latchkey/protocol'

/** More than time synchronisation slews between two looks, less than a lease. */
const JUMP_MS = 1000

export interface ClockWatch {
  /** Has the wall clock moved by more than a second against the monotonic one since the last look? */
  jumped(): boolean
}

export function clockWatch(clock: Clock): ClockWatch {
  const distance = () => clock.nowMs() - clock.monotonicMs()
  let before = distance()
  return {
    jumped: () => {
      const now = distance()
      const jumped = Math.abs(now - before) > JUMP_MS
      before = now
      return jumped
    },
  }
}
