/** How long something took, in milliseconds, since the start of this process. */
export interface Histogram {
  observe(ms: number): void
  read(): HistogramFacts
}

export interface HistogramFacts {
  /** How many took at most `leMs`, each counting those before it. What is above the last one is in `count` only. */
  readonly buckets: readonly { readonly leMs: number; readonly count: number }[]
  readonly count: number
  readonly sumMs: number
  readonly maxMs: number
}

/** From one turn of a loop to more than any lease: powers of about two, so that a plot of them is even. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 60_000]

export function histogram(): Histogram {
  const counts = BOUNDS_MS.map((leMs) => ({ leMs, count: 0 }))
  let [count, sumMs, maxMs] = [0, 0, 0]
  return {
    observe: (ms) => {
      count += 1
      sumMs += ms
      maxMs = Math.max(maxMs, ms)
      for (const bucket of counts) if (ms <= bucket.leMs) bucket.count += 1
    },
    read: () => ({ buckets: counts.map((one) => ({ ...one })), count, sumMs, maxMs }),
  }
}
