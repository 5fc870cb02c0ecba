import { InputError } from '@latchkey/protocol'
import { quoted } from './text.ts'

/** The value when it is one of the choices; otherwise throws InputError `choice`. */
export function checkOneOf<T extends string>(
  choices: readonly T[],
  value: string,
  where: string,
): T {
  const choice = choices.find((one) => one === value)
  if (choice !== undefined) return choice
  throw new InputError('choice', {
    received: quoted(value),
    expected: `one of ${choices.join(', ')}`,
    where,
  })
}
