import type { Terminal } from './command.ts'
import { ISSUER } from './messages/issuer.ts'
import type { Say } from './messages/text.ts'

/** Nobody wonders about less. */
const QUIET_MS = 2000

/**
 * Waits for the work and, when it takes longer than two seconds, says so: a line that counts on a terminal, one line in
 * a log. Nothing of it is left on the terminal afterwards.
 */
export async function withProgress<T>(
  work: Promise<T>,
  { terminal, say }: { terminal: Pick<Terminal, 'stderr' | 'now'>; say: Say },
  quietMs = QUIET_MS,
): Promise<T> {
  const { stderr, now } = terminal
  const startedMs = now()
  let shown = false
  const timer = setInterval(() => {
    const elapsedMs = now() - startedMs
    if (elapsedMs < quietMs || (shown && stderr.isTTY !== true)) return
    shown = true
    const seconds = Math.round(elapsedMs / 1000)
    const text = say(ISSUER.waiting, { what: say(ISSUER.theIssuer), seconds })
    stderr.write(stderr.isTTY === true ? `\r\u001b[K${text}` : `${text}\n`)
  }, quietMs / 4)
  try {
    return await work
  } finally {
    clearInterval(timer)
    if (shown && stderr.isTTY === true) stderr.write('\r\u001b[K')
  }
}
