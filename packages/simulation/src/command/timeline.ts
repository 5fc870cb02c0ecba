import type { TraceLine } from '../trace.ts'

const COLUMNS = 80
const TIME_CHARS = 9
const WHO_CHARS = 11

/** A line of a trace, folded at 80 columns: seconds, who, what. */
export function timelineOf({ atMs, who, what }: TraceLine): string {
  const begin = `${(atMs / 1000).toFixed(4).padStart(TIME_CHARS)} ${who.padEnd(WHO_CHARS)} `
  const room = COLUMNS - begin.length
  const parts: string[] = []
  for (let rest = what; ; ) {
    const cut = rest.length > room ? Math.max(rest.lastIndexOf(' ', room), room / 2) : rest.length
    parts.push(rest.slice(0, cut))
    if (cut >= rest.length) break
    rest = rest.slice(cut).trimStart()
  }
  return begin + parts.join(`\n${' '.repeat(begin.length)}`)
}
