import { setTimeout as pause } from 'node:timers/promises'

const GIVE_UP_MS = 20_000
const LOOK_EVERY_MS = 5

/** Resolves as soon as this is so. Fails, naming it, when it never is. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const from = performance.now()
  while (!(await isSo())) {
    if (performance.now() - from > GIVE_UP_MS) throw new Error(`waited in vain until ${what}`)
    await pause(LOOK_EVERY_MS)
  }
}
