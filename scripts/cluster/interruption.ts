import process from 'node:process'

/** Ctrl-C, `kill`, and a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface Interruption {
  /** Resolves at the first signal. */
  readonly first: Promise<void>
  /** What to do at the second one: somebody cannot wait. The process then ends as the shell would have it. */
  onSecond(work: () => void): void
}

/** From now on signals do not end this process by themselves. */
export function interruption(): Interruption {
  const first = Promise.withResolvers<void>()
  let hurry = () => {}
  let signals = 0
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      signals += 1
      if (signals === 1) return first.resolve()
      hurry()
      process.exit(130)
    })
  }
  return {
    first: first.promise,
    onSecond: (work) => {
      hurry = work
    },
  }
}
