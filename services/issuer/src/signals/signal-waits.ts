/** Long polls: RFC 8936 section 2.4. One for each stream; a later one takes the place of an earlier one. */
import type { Store } from '@latchkey/store'
import { SIGNAL_LIMITS } from './signal-limits.ts'

export interface SignalWaits {
  /** `over` resolves when something was added, the time is over, the caller went, another one came, or the issuer stops. */
  begin(stream: string, gone: AbortSignal): { readonly over: Promise<void>; cancel(): void }
  stop(): void
}

export function signalWaits(
  signals: Pick<Store['signals'], 'watch'>,
  longPollMs: number = SIGNAL_LIMITS.longPollMs,
): SignalWaits {
  const waiting = new Map<string, () => void>()
  let stopped = false
  const end = (stream: string) => waiting.get(stream)?.()
  const endAll = () => {
    for (const one of [...waiting.keys()]) end(one)
  }
  // An empty name means that something may have been missed.
  const unwatch = signals.watch((stream) => (stream === '' ? endAll() : end(stream)))

  return {
    begin: (stream, gone) => {
      const { promise: over, resolve } = Promise.withResolvers<void>()
      end(stream)
      const timer = setTimeout(cancel, stopped ? 0 : longPollMs)
      function cancel(): void {
        clearTimeout(timer)
        gone.removeEventListener('abort', cancel)
        if (waiting.get(stream) === cancel) waiting.delete(stream)
        resolve()
      }
      gone.addEventListener('abort', cancel)
      waiting.set(stream, cancel)
      return { over, cancel }
    },
    stop: () => {
      stopped = true
      unwatch()
      endAll()
    },
  }
}
