/** What has happened, as lines for people and as a digest that tells two runs apart. */
export interface Trace {
  note(who: string, what: string): void
  readonly lines: readonly TraceLine[]
  /** 13 hex digits over everything that was noted. */
  digest(): string
}

export interface TraceLine {
  readonly atMs: number
  readonly who: string
  readonly what: string
}

/** Lines are kept only when somebody will read them. */
export function trace(nowMs: () => number, keep: boolean): Trace {
  const lines: TraceLine[] = []
  let [high, low] = [0x811c9dc5, 0x9e3779b1]
  const mix = (text: string) => {
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i)
      low = Math.imul(low ^ code, 0x01000193)
      high = Math.imul(high ^ code ^ (low >>> 15), 0x85ebca6b)
    }
  }
  return {
    lines,
    note: (who, what) => {
      const atMs = nowMs()
      mix(`${atMs} ${who} ${what}\n`)
      if (keep) lines.push({ atMs, who, what })
    },
    digest: () => ((high >>> 0) * 2 ** 21 + (low >>> 11)).toString(16).padStart(14, '0'),
  }
}
