/** A map with a size limit whose entries end. The oldest entries go first when it is full. */
export interface ExpiringMap<V> {
  get(key: string, now: number): V | undefined
  /** `endsAt` and `now` are in the caller's unit. */
  set(key: string, value: V, endsAt: number, now: number): void
  delete(key: string): void
  readonly size: number
}

export function expiringMap<V>(maxEntries: number): ExpiringMap<V> {
  const entries = new Map<string, { value: V; endsAt: number }>()
  return {
    get(key, now) {
      const entry = entries.get(key)
      return entry !== undefined && entry.endsAt > now ? entry.value : undefined
    },
    set(key, value, endsAt, now) {
      entries.delete(key)
      entries.set(key, { value, endsAt })
      for (const [oldest, entry] of entries) {
        if (entries.size <= maxEntries && entry.endsAt > now) break
        entries.delete(oldest)
      }
    },
    delete: (key) => void entries.delete(key),
    get size() {
      return entries.size
    },
  }
}
