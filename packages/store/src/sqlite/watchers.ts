import type { RevocationLog } from '../store.ts'

/** Watchers inside this process: no other one has the file open. */
export function watchers(): { watch: RevocationLog['watch']; tell: () => void } {
  const listeners = new Set<(partition: number) => void>()
  return {
    watch: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    // After the caller has got its answer, as with Redis: a listener may call the store again.
    tell: () => {
      setImmediate(() => {
        for (const listener of listeners) listener(0)
      })
    },
  }
}
