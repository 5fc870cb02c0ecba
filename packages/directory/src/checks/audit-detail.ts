import { InputError } from '@latchkey/protocol'
import { canonicalJson } from '../audit/canonical-json.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { cleanText } from './text.ts'

const DEPTH = 8

/**
 * The detail of an audit record as canonical JSON text, its texts cleaned as those of the record. Throws InputError `audit-detail` for
 * what JSON would drop or change.
 */
export function checkDetail(detail: Readonly<Record<string, unknown>>): string {
  if (!isAuditDetail(detail)) {
    refuse('something else', `plain JSON, at most ${DEPTH} levels deep`)
  }
  const text = canonicalJson(detail, (foreign) => cleanText(foreign, foreign.length))
  const bytes = Buffer.byteLength(text)
  if (bytes > DIRECTORY_LIMITS.auditDetailBytes) {
    refuse(`${bytes} bytes`, `at most ${DIRECTORY_LIMITS.auditDetailBytes} bytes of JSON`)
  }
  return text
}

/** Plain JSON, and not so deep that going through it could exhaust the stack. */
export function isAuditDetail(value: unknown): boolean {
  return isPlainObject(value) && isPlainJson(value, DEPTH)
}

/** No undefined, NaN, Date, bigint or class: JSON.stringify would drop or change them without a word. */
function isPlainJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (depth === 0) return false
  if (Array.isArray(value)) return value.every((one) => isPlainJson(one, depth - 1))
  return isPlainObject(value) && Object.values(value).every((one) => isPlainJson(one, depth - 1))
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function refuse(received: string, expected: string): never {
  throw new InputError('audit-detail', { received, expected, where: 'detail' })
}
