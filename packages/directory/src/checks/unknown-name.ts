import { InputError } from '@latchkey/protocol'
import { nearest } from './nearest.ts'
import { quoted } from './text.ts'

export interface Reference {
  readonly name: string
  /** Place of the reference, for the message. */
  readonly where: string
}

export type NamedKind = 'role' | 'service' | 'client' | 'group'

/** InputError `unknown-role`, `unknown-service`, `unknown-client` or `unknown-group`, with the name that was probably meant. */
export function unknownName(
  kind: NamedKind,
  { name, where }: Reference,
  known: Iterable<string>,
): InputError {
  const meant = nearest(name, known)
  return new InputError(`unknown-${kind}`, {
    received: quoted(name),
    expected: `a ${kind} that exists${meant === undefined ? '' : ` (did you mean ${quoted(meant)}?)`}`,
    where,
  })
}
