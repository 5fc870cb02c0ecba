import { InputError } from '@latchkey/protocol'

/**
 * Parameters as PostgreSQL takes them. Its texts cannot hold U+0000, so a text with one equals nothing that is stored: a
 * question is asked with null instead, which equals nothing either. Throws InputError `nul` for what was to be stored.
 */
export function storable(statement: string, parameters: readonly unknown[]): readonly unknown[] {
  const hasNul = (value: unknown) => typeof value === 'string' && value.includes('\0')
  if (!parameters.some(hasNul)) return parameters
  if (/^select\b/.test(statement)) return parameters.map((it) => (hasNul(it) ? null : it))
  throw new InputError('nul', {
    received: 'a text with the character U+0000',
    expected: 'text without it',
  })
}
