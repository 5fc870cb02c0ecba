import type { News } from './conversation.ts'
import type { FeedListener } from './feed.ts'

export interface Subscribers {
  add(listener: FeedListener): () => void
  /** Tells all of them. */
  readonly news: News
}

export function subscribers(): Subscribers {
  const listeners = new Set<FeedListener>()
  return {
    add: (listener) => {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
    news: {
      keys: (keys) => {
        for (const listener of listeners) listener.keys?.(keys)
      },
      applied: (entries) => {
        for (const listener of listeners) listener.applied?.(entries)
      },
      replaced: () => {
        for (const listener of listeners) listener.replaced?.()
      },
      leased: () => {
        for (const listener of listeners) listener.leased?.()
      },
      catalogue: (numbering) => {
        for (const listener of listeners) listener.catalogue?.(numbering)
      },
    },
  }
}
