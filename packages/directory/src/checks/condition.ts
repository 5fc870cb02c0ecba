import { InputError } from '@latchkey/protocol'
import type { GroupCondition, UserCondition } from '../directory.ts'
import { quoted } from './text.ts'

type Condition = UserCondition | GroupCondition

/**
 * Throws InputError `condition` for one that could only be answered by looking at everybody, and for texts that no name holds: an
 * empty one, and one with a line end, by which names are kept apart.
 */
export function checkCondition(condition: Condition): void {
  checkTexts(condition)
  if (isIndexed(condition)) return
  throw new InputError('condition', {
    received: 'a condition that no index answers',
    expected:
      'and, beside what is denied or merely there, a comparison of an id, a name, an address, a time or a state',
  })
}

function checkTexts(condition: Condition): void {
  if (condition.kind === 'and' || condition.kind === 'or') condition.of.forEach(checkTexts)
  else if (condition.kind === 'not') checkTexts(condition.of)
  else {
    const value = textOf(condition)
    if (value === undefined) return
    if (value !== '' && value.length <= 512 && !/[\p{Cc}\p{Cs}]/u.test(value)) return
    throw new InputError('condition', {
      received: quoted(value),
      expected: 'a text of 1 to 512 visible characters to compare with',
    })
  }
}

function textOf(condition: Condition): string | undefined {
  switch (condition.kind) {
    case 'text':
    case 'is':
      return condition.value
    case 'provisioned':
      return condition.externalId
    default:
      return undefined
  }
}

function isIndexed(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.some(isIndexed)
    case 'or':
      return condition.of.every(isIndexed)
    case 'not':
    case 'has':
      return false
    case 'provisioned':
      return condition.externalId !== undefined
    default:
      return true
  }
}
