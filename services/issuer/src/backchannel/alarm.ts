/** One timer for many wishes. It keeps no process alive. */
export interface Alarm {
  /** Runs the task after so many milliseconds, or earlier if somebody wishes so. */
  in(delayMs: number): void
  /** Not any more, whatever is wished. */
  stop(): void
}

export function alarm(task: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined
  let ringsAtMs = Number.POSITIVE_INFINITY
  let stopped = false
  return {
    in: (delayMs) => {
      const atMs = performance.now() + delayMs
      if (stopped || atMs >= ringsAtMs) return
      clearTimeout(timer)
      ringsAtMs = atMs
      timer = setTimeout(() => {
        ringsAtMs = Number.POSITIVE_INFINITY
        task()
      }, delayMs).unref()
    },
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}
