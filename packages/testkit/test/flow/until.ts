import { setTimeout as pause } from 'node:timers/promises'

/** Far more than anything here takes: a busy machine is no reason to fail. */
const GIVE_UP_MS = 60_000
const FIRST_PAUSE_MS = 5
/** What takes longer is looked at less often: most looks are requests, which the issuer has to answer. */
const LONGEST_PAUSE_MS = 50

/** Resolves as soon as this is so. Fails, naming it, when it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const from = performance.now()
  let pauseMs = FIRST_PAUSE_MS
  while (!(await isSo())) {
    if (performance.now() - from > GIVE_UP_MS) throw new Error(`waited in vain until ${what}`)
    await pause(pauseMs)
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 1.2)
  }
}
