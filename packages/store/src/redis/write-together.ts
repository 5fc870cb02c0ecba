import type { Redis } from 'ioredis'

/**
 * Returns a function to call before each command: what is sent within one turn of the loop leaves in one write. A write costs
 * the process more than all else that a command does. Unlike a pipeline it keeps nothing waiting for an answer: every
 * command has its own, and its own time limit.
 */
export function writeTogether(redis: Pick<Redis, 'stream'>): () => void {
  let corked = false
  return () => {
    if (corked) return
    corked = true
    const { stream } = redis
    stream.cork()
    setImmediate(() => {
      corked = false
      stream.uncork()
    })
  }
}
