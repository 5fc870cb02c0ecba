import type { Terminal } from './command.ts'

/** More would scroll out of small terminals, and could not be drawn over. */
const MOST_LINES = 20

/** Lines that are drawn over by the next ones: on a terminal only, in a log they would be noise. */
export function liveLines(stderr: Terminal['stderr']) {
  let shown = 0

  function clear(): void {
    if (shown > 0) stderr.write(`\u001b[${shown}A\u001b[J`)
    shown = 0
  }

  return {
    show: (lines: readonly string[]): void => {
      if (stderr.isTTY !== true) return
      clear()
      const some = lines.slice(0, MOST_LINES)
      for (const line of some) stderr.write(`${line}\n`)
      shown = some.length
    },
    clear,
  }
}
