/**
 * Bad input outside the OAuth wire format (settings, command line, grants, key files): a stable code, what was
 * received and what was expected. The message is made of those and is fit to be shown; it never holds a secret.
 */
export class InputError extends Error {
  /** Stable, kebab-case, for example `grant-syntax`. */
  readonly code: string
  readonly received: string
  readonly expected: string
  /** Which place of a larger input, for example `users[2].roles[0]`. */
  readonly where: string | undefined

  constructor(code: string, facts: { received: string; expected: string; where?: string }) {
    const where = facts.where === undefined ? '' : `${facts.where}: `
    super(`${where}expected ${facts.expected}, received ${facts.received} [${code}]`)
    this.name = 'InputError'
    this.code = code
    this.received = facts.received
    this.expected = facts.expected
    this.where = facts.where
  }
}
