import type { LogTail } from '../feed/log-tail.ts'

/**
 * Resolves when the feed of this process has passed on an entry, or the end is over, in whatever way. A list of a thousand verifiers that is
 * asked for before that is in the way of the entry: the store, this process and every service would wait for it.
 */
export function passedOn(tail: Pick<LogTail, 'listen'>, ending: Promise<unknown>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      unlisten()
      resolve()
    }
    const unlisten = tail.listen({ appended: done, reset: done })
    ending.then(done, done)
  })
}
