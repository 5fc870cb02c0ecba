/** What an organisation keeps about people beside the standard claims. */

export type AttributeType = 'text' | 'number' | 'boolean' | 'date' | 'list'

/** `date` is `YYYY-MM-DD`; `list` is of texts. */
export type AttributeValue = string | number | boolean | readonly string[]

export type UserAttributes = Readonly<Record<string, AttributeValue>>

/** One attribute that users may have. */
export interface AttributeRule {
  /** `A-Z a-z 0-9 _`, beginning with a letter. */
  readonly name: string
  readonly type: AttributeType
  /** Every user must have it. Default: no. */
  readonly required?: boolean
  /** Characters of a text, the greatest number, entries of a list. Default: 1024 characters, no bound, 64 entries. */
  readonly max?: number
  /** Claim under which apps see it; absent: they never do. */
  readonly claim?: string
  /** Scope that opens the claim; with `claim` only. */
  readonly scope?: string
}
