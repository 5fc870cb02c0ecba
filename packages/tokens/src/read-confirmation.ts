/** The claim `cnf`: RFC 7800 section 3.1. */

/** SHA-256 in base64url: RFC 9449 section 6.1, RFC 8705 section 3.1. */
const SHA256 = /^[A-Za-z0-9_-]{43}$/
const CONFIRMATIONS: ReadonlySet<string> = new Set(['jkt', 'x5t#S256'])

/**
 * The key that a token is bound to, by its thumbprint (RFC 9449) or its certificate's (RFC 8705), or by both; undefined when it is
 * bound to none, `unknown` when nobody here could check what it is bound to.
 */
export function readConfirmation(
  cnf: unknown,
): Readonly<Record<string, string>> | 'unknown' | undefined {
  if (cnf === undefined) return undefined
  if (typeof cnf !== 'object' || cnf === null || Array.isArray(cnf)) return 'unknown'
  const members = Object.entries(cnf)
  const isKnown = members.every(
    ([name, value]) => CONFIRMATIONS.has(name) && typeof value === 'string' && SHA256.test(value),
  )
  return isKnown && members.length > 0 ? Object.fromEntries(members) : 'unknown'
}
