import { LIMITS } from '@latchkey/protocol'
import { readJoseHeader } from './jose-header.ts'

/**
 * The key that a token of ours claims to be signed with, for choosing what to verify it with, and for nothing else: nothing in
 * it is true before that. Undefined for a text that no token of ours can be (RFC 7515 section 4).
 */
export function jwtKid(token: string): string | undefined {
  if (token.length > LIMITS.tokenBytes) return undefined
  const header = readJoseHeader(token.slice(0, Math.max(0, token.indexOf('.'))))
  return typeof header === 'string' ? undefined : header.kid
}
