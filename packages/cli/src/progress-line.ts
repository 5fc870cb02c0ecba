import type { Context } from './command.ts'
import type { Texts } from './messages/text.ts'
import { bar, COLUMNS, cut } from './text-width.ts'

const TEXTS = {
  progress: {
    en: '{bar} {percent} %  {done} of {total}  {rate}/s  {left} s left',
    zh: '{bar} {percent} %  {done} / {total}  每秒 {rate}  剩余 {left} 秒',
  },
} satisfies Texts

const DRAW_EVERY_MS = 200
const BAR_COLUMNS = 20

/**
 * How far long work has come, how fast it goes and how long it will take: one line that is drawn over on a terminal. A log gets
 * nothing, the result tells it all.
 */
export function progressLine({
  terminal: { stderr, now },
  say,
}: Pick<Context, 'terminal' | 'say'>) {
  const startedMs = now()
  let drawnMs = Number.NEGATIVE_INFINITY
  return {
    /** `before`: what had been done when this began, so that the rate is that of now. */
    show: (done: number, total: number, before = 0): void => {
      if (stderr.isTTY !== true || now() - drawnMs < DRAW_EVERY_MS) return
      drawnMs = now()
      const rate = (done - before) / Math.max(0.001, (drawnMs - startedMs) / 1000)
      const part = total === 0 ? 1 : Math.min(1, done / total)
      const text = say(TEXTS.progress, {
        bar: bar(part, BAR_COLUMNS),
        percent: Math.floor(part * 100),
        ...{ done, total, rate: Math.round(rate) },
        left: rate > 0 ? Math.ceil((total - done) / rate) : '?',
      })
      stderr.write(`\r\u001b[K${cut(text, COLUMNS - 1)}`)
    },
    clear: (): void => {
      if (stderr.isTTY === true) stderr.write('\r\u001b[K')
    },
  }
}
