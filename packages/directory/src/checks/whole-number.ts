import { InputError } from '@latchkey/protocol'

/** The value when it is a whole number from `least` to `most`; otherwise throws InputError `number`. */
export function checkWholeNumber(
  value: number,
  { least, most, where }: { least: number; most: number; where: string },
): number {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  throw new InputError('number', {
    received: String(value),
    expected: `a whole number from ${least} to ${most}`,
    where,
  })
}
