/** What an operator's hook may add to an answer that carries tokens. */
import type { TokenResponse } from '../grants/grant.ts'

export type AddedFields = Readonly<Record<string, unknown>>

export type AddedFieldsOutcome =
  | { readonly kind: 'fields'; readonly fields: AddedFields }
  /** `why` is for the log. */
  | { readonly kind: 'refused'; readonly why: string }

export const ADDED_FIELDS_LIMITS = {
  /** Of the JSON: as much as a token, so that the answer at most doubles. */
  bytes: 8192,
  depth: 8,
} as const

/** Names of ours, whether or not this answer has them: a client must never take the hook's word for them. */
const RESPONSE_NAMES = {
  access_token: true,
  token_type: true,
  expires_in: true,
  scope: true,
  refresh_token: true,
  id_token: true,
  issued_token_type: true,
  authorization_details: true,
} as const satisfies Record<keyof TokenResponse, true>

const OURS: ReadonlySet<string> = new Set([
  ...Object.keys(RESPONSE_NAMES),
  'refresh_expires_in',
  // The names of Django REST framework's simplejwt.
  'access',
  'refresh',
  'detail',
  // How clients tell that something went wrong.
  'error',
  'error_description',
  'error_uri',
])

/** What some languages take for more than data. */
const NEVER: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** A copy of what the hook gave, when it is nothing but data, small, and none of its names is one of ours. */
export function addedFields(given: unknown): AddedFieldsOutcome {
  if (given === undefined || given === null) return { kind: 'fields', fields: {} }
  const value = copyOf(given)
  if (!isPlainObject(value)) return refused('it is not a plain object of data')
  for (const name of Object.keys(value)) {
    // Some JSON readers (Go's) do not look at capitals.
    if (OURS.has(name.toLowerCase())) return refused(`the member ${name} is the issuer's own`)
    if (!/^[\x21-\x7e]{1,128}$/.test(name)) return refused('a name is not visible ASCII')
  }
  const fault = faultIn(value, 1, { values: ADDED_FIELDS_LIMITS.bytes })
  if (fault !== undefined) return refused(fault)
  const bytes = Buffer.byteLength(JSON.stringify(value))
  if (bytes > ADDED_FIELDS_LIMITS.bytes) {
    return refused(`it has ${bytes} bytes, more than ${ADDED_FIELDS_LIMITS.bytes}`)
  }
  return { kind: 'fields', fields: value }
}

function refused(why: string): AddedFieldsOutcome {
  return { kind: 'refused', why }
}

/** Getters and proxies cannot show one thing to the check and another to the answer. Undefined for functions and the like. */
function copyOf(given: unknown): unknown {
  try {
    return structuredClone(given)
  } catch {
    return undefined
  }
}

/** The budget stops long lists before they are written, the depth stops circles. */
function faultIn(value: unknown, depth: number, budget: { values: number }): string | undefined {
  budget.values -= 1
  if (budget.values < 0) return `it has more than ${ADDED_FIELDS_LIMITS.bytes} values`
  if (!isPlainObject(value) && !Array.isArray(value)) {
    return isScalar(value) ? undefined : 'it holds something that is not JSON'
  }
  if (depth > ADDED_FIELDS_LIMITS.depth) {
    return `it is nested deeper than ${ADDED_FIELDS_LIMITS.depth}`
  }
  for (const [name, member] of Object.entries(value)) {
    if (NEVER.has(name)) return `a member is called ${name}`
    const fault = faultIn(member, depth + 1, budget)
    if (fault !== undefined) return fault
  }
  return undefined
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype
}

/** A member that is undefined is left out, as JSON does. */
function isScalar(value: unknown): boolean {
  if (value === null || value === undefined) return true
  return typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value === 'string' || typeof value === 'boolean'
}
