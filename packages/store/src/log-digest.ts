import { createHash } from 'node:crypto'
import type { LoggedEntry } from './store.ts'

/**
 * Digest of an entry: the first 16 hex digits of SHA-1 over the digest before it and the entry. It chains the log, so
 * that a log which lost its last writes and went on is noticed. It is not a signature: who can write the log can
 * write digests, too. SHA-1, because that is what Redis offers inside scripts; lua/include/append-entry.lua is the twin.
 */
export function logDigest(previous: string, entry: Omit<LoggedEntry, 'd'>): string {
  const { p, o, k, x, r = '', s = '', a = '', v } = entry
  const text = [previous, p, o, k, x, r, s, a, v].join('\n')
  return createHash('sha1').update(text).digest('hex').slice(0, 16)
}

/** Whether an entry carries the digest that it has behind the one with this digest. */
export function followsDigest({ d, ...entry }: LoggedEntry, previous: string): boolean {
  return logDigest(previous, entry) === d
}
