import { createHash } from 'node:crypto'
import type { LogEntry } from '@latchkey/protocol'

/**
 * Digest of an entry: the first 16 hex digits of SHA-1 over the digest before it and the entry. It chains the log, so
 * that a log which lost its last writes and went on is noticed. It is not a signature: who can write the log can
 * write digests, too. SHA-1, because that is what Redis offers inside scripts; lua/include/append-entry.lua is the twin.
 */
export function logDigest(previous: string, entry: Omit<LogEntry, 'd'>): string {
  const text = [previous, entry.p, entry.o, entry.k, entry.x, entry.v].join('\n')
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}
