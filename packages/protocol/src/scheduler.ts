/** Where waiting comes from. Simulations choose it together with the `Clock`; production uses `systemScheduler`. */
export interface Scheduler {
  /** Runs `task` once, not before `delayMs` milliseconds have passed. The function returned calls it off. */
  after(delayMs: number, task: () => void): () => void
}

export const systemScheduler: Scheduler = {
  after: (delayMs, task) => {
    const timer = setTimeout(task, delayMs)
    return () => clearTimeout(timer)
  },
}
