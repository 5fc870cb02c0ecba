/** The parameter `claims`: OpenID Connect Core section 5.5. */
import { type ClaimRequest, type ClaimsRequest, OAuthError } from '@latchkey/protocol'
import { parseStrictObject } from '@latchkey/tokens'
import { bounded, type Parameters } from '../http/parameters.ts'

/** It travels through codes and refresh families into every later token: enough for each claim that there is. */
const MOST_CHARS = 4096
const MOST_NAMES = 64
/** The request, its members, a claim, its values, and one level inside a value such as an address. */
const MOST_LEVELS = 5

/** Undefined when the request has no such parameter. What section 5.5 does not define is ignored, as it says. */
export function checkClaims(parameters: Parameters): ClaimsRequest | undefined {
  const text = bounded(parameters, 'claims', MOST_CHARS)
  if (text === undefined) return undefined
  const value = parseStrictObject(Buffer.from(text))
  if (value === undefined || levels(value) > MOST_LEVELS) {
    throw refuse('claims_syntax', `claims is a JSON object of at most ${MOST_LEVELS} levels`)
  }
  const userinfo = claimsOf(value['userinfo'])
  const idToken = claimsOf(value['id_token'])
  if (Object.keys(userinfo ?? {}).length + Object.keys(idToken ?? {}).length > MOST_NAMES) {
    throw refuse('claims_too_many', `claims names at most ${MOST_NAMES} claims`)
  }
  return { ...(userinfo && { userinfo }), ...(idToken && { id_token: idToken }) }
}

/** Persons whom a claim `sub` with a value names (section 5.5.1): the answer is about each of them, or there is none. */
export function namedSubjects(claims: ClaimsRequest | undefined): readonly string[] {
  const values = [claims?.userinfo, claims?.id_token].flatMap((part) => part?.['sub']?.value ?? [])
  if (!values.every((value) => typeof value === 'string')) {
    throw refuse('claims_sub_value', 'the value of sub is a string')
  }
  return values
}

function claimsOf(part: unknown): ClaimsRequest['userinfo'] {
  if (part === undefined || part === null) return undefined
  if (!isObject(part)) throw refuse('claims_syntax', 'userinfo and id_token hold objects')
  return Object.fromEntries(Object.entries(part).map(([name, asked]) => [name, claimOf(asked)]))
}

function claimOf(asked: unknown): ClaimRequest | null {
  if (asked === null) return null
  if (!isObject(asked)) throw refuse('claims_syntax', 'a claim is asked for by null or an object')
  const { essential, value, values } = asked
  if (essential !== undefined && typeof essential !== 'boolean') {
    throw refuse('claims_syntax', 'essential is true or false')
  }
  if (values !== undefined && !Array.isArray(values)) {
    throw refuse('claims_syntax', 'values is an array')
  }
  return {
    ...(essential !== undefined && { essential }),
    ...(value !== undefined && { value }),
    ...(values !== undefined && { values }),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** How deep objects and arrays stand in each other; the text is short, so a recursion ends. */
function levels(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(levels))
}

function refuse(reason: string, description: string): OAuthError {
  return new OAuthError('invalid_request', reason, { description })
}
