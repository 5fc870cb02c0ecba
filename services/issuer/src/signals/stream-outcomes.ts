import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { SIGNAL_LIMITS } from './signal-limits.ts'

export interface StreamOutcome {
  readonly outcome: string
  readonly at: number
}

/** How the last delivery of a stream went, for administrators. */
export interface StreamOutcomes {
  /** Never fails: it only tells. */
  note(stream: string, outcome: string): Promise<void>
  last(stream: string): Promise<StreamOutcome | undefined>
}

const KIND = 'signal-outcome'

export function streamOutcomes(deps: {
  readonly documents: Store['documents']
  readonly clock: Clock
}): StreamOutcomes {
  const { documents, clock } = deps
  return {
    note: async (stream, outcome) => {
      const now = nowSeconds(clock)
      const text = JSON.stringify({ outcome, at: now } satisfies StreamOutcome)
      await documents.put(KIND, stream, text, now + SIGNAL_LIMITS.keepSeconds, now).catch(() => {})
    },
    last: async (stream) => {
      const text = await documents.get(KIND, stream, nowSeconds(clock))
      return text === undefined ? undefined : (JSON.parse(text) as StreamOutcome)
    },
  }
}
