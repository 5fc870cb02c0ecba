import { InputError } from '@latchkey/protocol'
import type { AttributeRule, AttributeType, AttributeValue, UserAttributes } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { nearest } from './nearest.ts'
import { checkText, quoted } from './text.ts'

type Check = (value: unknown, max: number | undefined, where: string) => AttributeValue

const CHECKS: Record<AttributeType, Check> = {
  text: (value, max, where) => {
    if (typeof value !== 'string') refuse(shown(value), 'a text', where)
    const maxChars = max ?? DIRECTORY_LIMITS.attributeChars
    return checkText(value, { code: 'attribute', where, maxChars })
  },
  number: (value, max = Number.MAX_SAFE_INTEGER, where) => {
    if (typeof value === 'number' && Number.isFinite(value) && value <= max) return value
    return refuse(shown(value), `a number of at most ${max}`, where)
  },
  boolean: (value, _, where) => {
    if (typeof value === 'boolean') return value
    return refuse(shown(value), 'true or false', where)
  },
  date: (value, _, where) => {
    if (typeof value === 'string' && isDay(value)) return value
    return refuse(shown(value), 'a day such as 2027-01-31', where)
  },
  list: (value, max = DIRECTORY_LIMITS.attributeEntries, where) => {
    if (!Array.isArray(value) || value.length > max) {
      refuse(shown(value), `a list of at most ${max} texts`, where)
    }
    return value.map((one, index) => CHECKS.text(one, undefined, `${where}[${index}]`) as string)
  },
}

/**
 * The attributes in the order of their rules, as they are stored; '' takes one away. Throws InputError `attribute` with the
 * place, and `attribute-required`.
 */
export function checkAttributes(
  rules: readonly AttributeRule[],
  given: UserAttributes,
): UserAttributes {
  refuseUnknown(rules, given)
  const checked: Record<string, AttributeValue> = {}
  for (const { name, type, max, required = false } of rules) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    const where = `attributes.${name}`
    if (value !== undefined && value !== '') checked[name] = CHECKS[type](value, max, where)
    else if (required) {
      throw new InputError('attribute-required', { received: 'nothing', expected: type, where })
    }
  }
  const bytes = Buffer.byteLength(JSON.stringify(checked))
  if (bytes > DIRECTORY_LIMITS.attributesBytes) {
    refuse(`${bytes} bytes`, `at most ${DIRECTORY_LIMITS.attributesBytes} bytes`, 'attributes')
  }
  return checked
}

function refuseUnknown(rules: readonly AttributeRule[], given: UserAttributes): void {
  const known = rules.map(({ name }) => name)
  const unknown = Object.keys(given).find((name) => !known.includes(name))
  if (unknown === undefined) return
  const meant = nearest(unknown, known)
  const suggestion = meant === undefined ? '' : ` (did you mean ${quoted(meant)}?)`
  refuse(quoted(unknown), `an attribute of the settings${suggestion}`, 'attributes')
}

/** `YYYY-MM-DD` of a day that there is. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const ms = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

/** What it is rather than what it says: a value may be long, and anything. */
function shown(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  return typeof value === 'object' ? 'a group' : String(value)
}

function refuse(received: string, expected: string, where: string): never {
  throw new InputError('attribute', { received, expected, where })
}
