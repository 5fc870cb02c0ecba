import { InputError } from '@latchkey/protocol'
import type { AttributeRule } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { distinctTexts } from './at-most.ts'
import { quoted } from './text.ts'
import { checkWholeNumber } from './whole-number.ts'

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

/** Whether the rules can be kept. Throws InputError `attribute-rule`, `duplicate`, `too-many` or `number`. */
export function checkAttributeRules(rules: readonly AttributeRule[]): void {
  const names = rules.map(({ name }) => name)
  distinctTexts(DIRECTORY_LIMITS.attributesPerUser, names, 'attributes')
  const claims = rules.flatMap(({ claim }) => claim ?? [])
  distinctTexts(DIRECTORY_LIMITS.attributesPerUser, claims, 'attributes.claim')
  for (const [index, { name, max, claim, scope }] of rules.entries()) {
    const where = `attributes[${index}]`
    if (!NAME.test(name)) refuse(quoted(name), 'A-Z a-z 0-9 _ beginning with a letter', where)
    if (max !== undefined) {
      checkWholeNumber(max, { least: 1, most: Number.MAX_SAFE_INTEGER, where: `${where}.max` })
    }
    if (claim === undefined && scope !== undefined) {
      refuse('a scope without a claim', 'the claim that it opens', where)
    }
  }
}

function refuse(received: string, expected: string, where: string): never {
  throw new InputError('attribute-rule', { received, expected, where })
}
