import type { ChaosRun } from '@latchkey/chaos'
import type { Context } from './command.ts'
import { CHAOS } from './messages/chaos.ts'
import { COLUMNS, cut } from './text-width.ts'

/** What chaos is doing, on one line of a terminal that moves on; a log gets nothing but the table. */
export function chaosDisplay({ terminal, say }: Pick<Context, 'terminal' | 'say'>): {
  readonly doing: ChaosRun['doing']
  clear(): void
} {
  const { stderr, now } = terminal
  let text = ''
  let sinceMs = now()
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    const seconds = Math.round((now() - sinceMs) / 1000)
    stderr.write(`\r\u001b[K${cut(`${text} … ${seconds} s`, COLUMNS - 1)}`)
  }
  const clear = () => {
    clearInterval(timer)
    if (stderr.isTTY && text !== '') stderr.write('\r\u001b[K')
    text = ''
  }
  return {
    clear,
    doing: (what, fault, round, of) => {
      if (!stderr.isTTY) return
      clear()
      sinceMs = now()
      text = say(CHAOS[what], { fault, round, of })
      draw()
      timer = setInterval(draw, 1000)
    },
  }
}
