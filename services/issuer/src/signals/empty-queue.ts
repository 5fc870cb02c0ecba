import type { Store } from '@latchkey/store'
import { SIGNAL_LIMITS } from './signal-limits.ts'

/** Shared Signals Framework 1.0 section 8.1.2.1: a disabled stream holds nothing for later. */
export async function emptyQueue(
  id: string,
  now: number,
  signals: Pick<Store['signals'], 'peek' | 'settle'>,
): Promise<void> {
  let left = true
  while (left) {
    const found = await signals.peek(id, SIGNAL_LIMITS.mostPerPoll, now)
    const jtis = found.signals.map(({ jti }) => jti)
    await signals.settle(id, jtis)
    left = found.more
  }
}
