import type { Random } from '@latchkey/protocol'

/** 72 bits: processes that start at once, for as many years as anybody keeps logs, do not share them. */
const PROCESS_BYTES = 9

/**
 * Names requests in log lines, audit records and problem details: unique over all processes and restarts. The counter tells
 * nobody anything of use; nothing that is secret may be derived from such an id.
 */
export function requestIds(random: Random): () => string {
  // No sign in it that a shell, or the command line, could take for something else.
  const processId = random.bytes(PROCESS_BYTES).toString('hex')
  let count = 0
  return () => `${processId}.${(++count).toString(36)}`
}
