/** What one process remembers for a while, and may forget at any time: bounded, the oldest goes first. */
export interface ShortMemory<Value> {
  get(key: string, now: number): Value | undefined
  /** `until` in seconds since 1970. */
  set(key: string, value: Value, until: number): void
  delete(key: string): void
}

export function shortMemory<Value>(mostEntries: number): ShortMemory<Value> {
  const entries = new Map<string, { readonly value: Value; readonly until: number }>()
  return {
    get: (key, now) => {
      const entry = entries.get(key)
      return entry !== undefined && now < entry.until ? entry.value : undefined
    },
    set: (key, value, until) => {
      entries.delete(key)
      entries.set(key, { value, until })
      const [oldest] = entries.keys()
      if (entries.size > mostEntries && oldest !== undefined) entries.delete(oldest)
    },
    delete: (key) => void entries.delete(key),
  }
}
