import type { Scheduler } from '@latchkey/protocol'
import { ServiceClientError } from './service-client-error.ts'

export interface InTimeDeps {
  scheduler: Scheduler
  timeoutMs: number
}

/**
 * Runs something that takes a signal, and gives it up when it takes too long (`timeout`). Everything else that goes wrong
 * on the way is `unreachable`, except that `given`, the caller's own signal, ends it with the caller's reason.
 */
export async function inTime<T>(
  { scheduler, timeoutMs }: InTimeDeps,
  origin: string,
  given: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController()
  const callOff = scheduler.after(timeoutMs, () => timeout.abort())
  try {
    return await run(given ? AbortSignal.any([given, timeout.signal]) : timeout.signal)
  } catch (cause) {
    if (given?.aborted || cause instanceof ServiceClientError) throw cause
    if (!timeout.signal.aborted) throw new ServiceClientError('unreachable', origin, { cause })
    throw new ServiceClientError('timeout', `${origin}, ${timeoutMs} ms`)
  } finally {
    callOff()
  }
}

/** Waits. The caller's own signal ends the wait with the caller's reason. */
export function pause(scheduler: Scheduler, ms: number, given?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      callOff()
      reject(given?.reason)
    }
    const callOff = scheduler.after(ms, () => {
      given?.removeEventListener('abort', onAbort)
      resolve()
    })
    given?.addEventListener('abort', onAbort, { once: true })
  })
}
