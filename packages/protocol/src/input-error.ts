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

  /** The same at the place that `lead` makes of this one: a part of an input does not know where in the whole it stands. */
  moved(lead: (where: string | undefined) => string | undefined): InputError {
    const { code, received, expected } = this
    const where = lead(this.where)
    return new InputError(code, { received, expected, ...(where !== undefined && { where }) })
  }
}

/** Several faults of one input. The first speaks for all where only one can be told; the message has a line for each. */
export class InputErrors extends InputError {
  readonly errors: readonly [InputError, ...InputError[]]

  constructor(errors: readonly [InputError, ...InputError[]]) {
    const [{ code, received, expected, where }] = errors
    super(code, { received, expected, ...(where !== undefined && { where }) })
    this.message = errors.map(({ message }) => message).join('\n')
    this.errors = errors
  }

  override moved(lead: (where: string | undefined) => string | undefined): InputErrors {
    const [first, ...more] = this.errors
    return new InputErrors([first.moved(lead), ...more.map((error) => error.moved(lead))])
  }
}
