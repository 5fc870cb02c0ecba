import {
  ADDRESS_MEMBERS,
  type DeclaredGrant,
  type DeclaredGrants,
  DIRECTORY_LIMITS,
  type UserAddress,
  type UserAttributes,
} from '@latchkey/directory'
import { parseGrant } from '@latchkey/permissions'
import { LIMITS } from '@latchkey/protocol'
import { TEXT } from './json-schema.ts'
import { isPlainText, type Kind, list, scalarKind } from './kinds.ts'
import { type Located, quote, show } from './located.ts'
import { asGroup, reportUnknown } from './read-fields.ts'
import { hidden } from './secrets.ts'
import { parseUrl } from './url-kinds.ts'

/** Kinds of values that only declared entries have. The directory looks at them again, and at what they refer to. */

/** An absolute URI of RFC 3986. A placeholder such as `${env.HOST}` is none. */
export function uri(): Kind<string> {
  return scalarKind('an absolute URI', 'not-a-uri', (value) =>
    typeof value === 'string' && parseUrl(value) !== undefined ? value : undefined,
  )
}

/** `audience: [GET /orders, GET /orders/*]`: grants by the service that they hold at. */
export function grants(): Kind<DeclaredGrants> {
  const shape = 'audiences, each with a list of grants such as GET /orders/*'
  const grantList = list(grant(), DIRECTORY_LIMITS.grantsPerOwner)
  return {
    shape,
    schema: { type: 'object', additionalProperties: grantList.schema },
    read: (found, reading) => {
      if (found.kind !== 'group') {
        reading.report({
          at: found.at,
          code: 'not-a-group',
          received: show(found),
          expected: shape,
        })
        return undefined
      }
      const read = [...found.entries].map(
        ([audience, { value }]) => [audience, grantList.read(value, reading) ?? []] as const,
      )
      return Object.fromEntries(read)
    },
  }
}

/** `GET /orders/*`, or `{ grant: GET /orders/*, until: 2027-01-31T18:00:00Z }` for one that ends. */
function grant(): Kind<DeclaredGrant> {
  const [forever, end] = [grantText(), time()]
  const members = ['grant', 'until'] as const
  return {
    shape: forever.shape,
    schema: {
      anyOf: [
        forever.schema,
        {
          type: 'object',
          properties: { grant: forever.schema, until: end.schema },
          required: members,
          additionalProperties: false,
        },
      ],
    },
    read: (found, reading) => {
      if (found.kind !== 'group') return forever.read(found, reading)
      reportUnknown(found, members, reading)
      const [text, until] = members.map((member) => found.entries.get(member)?.value)
      if (text === undefined || until === undefined) {
        const expected = 'grant and until, or the grant alone'
        reading.report({ at: found.at, code: 'bad-form', received: show(found), expected })
        return undefined
      }
      const ending = { grant: forever.read(text, reading), until: end.read(until, reading) }
      return ending.grant === undefined || ending.until === undefined
        ? undefined
        : { grant: ending.grant, until: ending.until }
    },
  }
}

/** RFC 3339 with its offset, to the second: a day alone would leave open whether it is the last one. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})$/

function time(): Kind<number> {
  const parse = (value: unknown) => {
    if (typeof value !== 'string' || !TIME.test(value)) return undefined
    const ms = Date.parse(value)
    return Number.isNaN(ms) ? undefined : ms / 1000
  }
  const schema = { ...TEXT, pattern: TIME.source }
  return scalarKind('a time such as 2027-01-31T18:00:00Z', 'not-a-time', parse, schema)
}

function grantText(): Kind<string> {
  const shape = 'a grant such as GET /orders/*'
  return {
    shape,
    schema: TEXT,
    read: (found, { report }) => {
      const value = found.kind === 'scalar' ? found.value : undefined
      if (typeof value !== 'string') {
        report({ at: found.at, code: 'not-text', received: show(found), expected: shape })
        return undefined
      }
      const outcome = parseGrant(value)
      if (outcome.kind === 'grant') return value
      const { code, position, received, expected } = outcome.error
      const place = `${received} at character ${position + 1} of ${quote(value)}`
      report({ at: found.at, code, received: place, expected })
      return undefined
    },
  }
}

/** A JWK set (RFC 7517 section 5) as it stands in JSON. What its keys have to be is the directory's to say. */
export function keySet(): Kind<JwkSet> {
  const shape = 'a group with the list keys, each a public key as JWK'
  return {
    shape,
    schema: {
      type: 'object',
      properties: { keys: { type: 'array', minItems: 1, items: { type: 'object' } } },
      required: ['keys'],
    },
    read: (found, reading) => {
      const keys = found.kind === 'group' ? found.entries.get('keys')?.value : undefined
      const jwks = keys?.kind === 'list' ? keys.items.map(plainValue) : []
      if (jwks.length > 0 && jwks.every(isObject)) return { keys: jwks }
      // A private key may have been pasted here.
      hidden(reading)({ at: found.at, code: 'not-a-key-set', received: '', expected: shape })
      return undefined
    },
  }
}

export interface JwkSet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value without its places. */
export function plainValue(found: Located): unknown {
  switch (found.kind) {
    case 'scalar':
      return found.value
    case 'list':
      return found.items.map(plainValue)
    case 'group':
      return Object.fromEntries(
        [...found.entries].map(([name, { value }]) => [name, plainValue(value)]),
      )
  }
}

/** What the organisation keeps about people besides: the settings say which there are, and of which type. */
export function attributes(): Kind<UserAttributes> {
  const shape = 'a group of attributes, each a text, a number, true, false or a list of texts'
  const one = { type: ['string', 'number', 'boolean', 'array'] }
  return {
    shape,
    schema: { type: 'object', additionalProperties: one },
    read: (found, reading) => {
      const group = asGroup(found, [], reading)
      const read = [...(group?.entries ?? [])].map(([name, { value }]) => {
        const plain = plainValue(value)
        if (isAttribute(plain)) return [name, plain] as const
        const expected = 'a text, a number, true, false or a list of texts'
        reading.report({ at: value.at, code: 'not-an-attribute', received: show(value), expected })
        return [name, ''] as const
      })
      return Object.fromEntries(read)
    },
  }
}

function isAttribute(value: unknown): value is UserAttributes[string] {
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string')
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}

/** OpenID Connect Core section 5.1.1. */
export function postalAddress(): Kind<UserAddress> {
  const shape = `a group of ${ADDRESS_MEMBERS.join(', ')}`
  const { schema } = addressLines()
  return {
    shape,
    schema: {
      type: 'object',
      properties: Object.fromEntries(ADDRESS_MEMBERS.map((member) => [member, schema])),
      additionalProperties: false,
    },
    read: (found, reading) => {
      const group = asGroup(found, ADDRESS_MEMBERS, reading)
      if (group === undefined) return undefined
      reportUnknown(group, ADDRESS_MEMBERS, reading)
      const read = ADDRESS_MEMBERS.flatMap((member) => {
        const value = group.entries.get(member)?.value
        return value === undefined ? [] : [[member, addressLines().read(value, reading)] as const]
      })
      return Object.fromEntries(read.filter(([, value]) => value !== undefined))
    },
  }
}

/** `formatted` and `street_address` may have several lines; a postal code that looks like a number needs quotes. */
function addressLines(): Kind<string> {
  const { addressChars } = DIRECTORY_LIMITS
  return scalarKind(`text of at most ${addressChars} characters`, 'not-text', (value) =>
    typeof value === 'string' && isPlainText(value.replaceAll('\n', ' '), addressChars)
      ? value
      : undefined,
  )
}

/** NIST SP 800-63B section 3.1.1.2 counts code points. */
export function password(): Kind<string> {
  const min = DIRECTORY_LIMITS.passwordChars
  return scalarKind(`at least ${min} characters`, 'password-short', (value) => {
    if (typeof value !== 'string' || [...value].length < min) return undefined
    return isPlainText(value, LIMITS.passwordBytes) ? value : undefined
  })
}

/** Text that only looks like a hash could be the secret itself, so it is not shown either. */
export function hash(expression: RegExp, shape: string): Kind<string> {
  const kind = scalarKind(shape, 'bad-form', (value) =>
    typeof value === 'string' && expression.test(value) ? value : undefined,
  )
  return {
    shape,
    schema: kind.schema,
    read: (found, reading) => kind.read(found, { ...reading, report: hidden(reading) }),
  }
}
