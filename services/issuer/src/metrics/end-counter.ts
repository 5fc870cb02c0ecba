import type { EndReason, EndTarget } from '@latchkey/protocol'
import type { Sample } from './prometheus-text.ts'

/** What this process has ended, by kind and reason: both come from short lists. */
export function endCounter() {
  const counts = new Map<string, { labels: Record<string, string>; value: number }>()
  return {
    count: ({ kind }: EndTarget, reason: EndReason): void => {
      const key = `${kind} ${reason}`
      const sample = counts.get(key) ?? { labels: { kind, reason }, value: 0 }
      sample.value += 1
      counts.set(key, sample)
    },
    samples: (): Sample[] => [...counts.values()].map((one) => ({ ...one })),
  }
}

export type EndCounter = ReturnType<typeof endCounter>
