/** What clients send, with the names of the schema and values of its types: RFC 7643 sections 2.1 to 2.5. */
import { ScimError } from '../scim-error.ts'
import { attributeNamed, type ScimAttribute } from './scim-attribute.ts'

/** Members by the names of the schema; an extension stands under its URN. */
export type Document = Readonly<Record<string, unknown>>

/** The attributes of a kind of resource, as requests may name them. */
export interface Shape {
  readonly id: string
  readonly attributes: readonly ScimAttribute[]
  readonly extension?: { readonly id: string; readonly attributes: readonly ScimAttribute[] }
  /** Taken without being kept, in lower case: attributes of RFC 7643 that mean something elsewhere. */
  readonly ignored: ReadonlySet<string>
}

/** Common to all resources (RFC 7643 section 3.1), so no schema lists it. */
export const EXTERNAL_ID: ScimAttribute = {
  name: 'externalId',
  type: 'string',
  caseExact: true,
  description: 'The id that the other system knows it by.',
}

/**
 * A whole resource. Unknown and read-only members are ignored, as RFC 7644 section 3.3 has it, null and '' count as absent.
 * @throws ScimError `invalidValue` with the place, `invalidSyntax` for a member that stands twice in two spellings
 */
export function canonicalDocument(body: Document, { attributes, extension }: Shape): Document {
  const core = canonicalObject(body, attributes, '')
  const urn = extension?.id.toLowerCase()
  const [, more] = Object.entries(body).find(([name]) => name.toLowerCase() === urn) ?? []
  if (extension === undefined || more === undefined || more === null) return core
  if (!isObject(more)) throw wrong(extension.id, 'an object')
  return { ...core, [extension.id]: canonicalObject(more, extension.attributes, extension.id) }
}

function canonicalObject(
  given: Document,
  attributes: readonly ScimAttribute[],
  where: string,
): Document {
  const found: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(given)) {
    const attribute = attributeNamed(attributes, name)
    if (attribute === undefined || attribute.mutability === 'readOnly') continue
    const place = where === '' ? attribute.name : `${where}.${attribute.name}`
    if (attribute.name in found) throw new ScimError('invalidSyntax', `${place} stands there twice`)
    found[attribute.name] = canonicalValue(attribute, value, place)
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** Undefined: unassigned. */
export function canonicalValue(attribute: ScimAttribute, value: unknown, where: string): unknown {
  if (value === null || value === undefined || value === '') return undefined
  if (attribute.multiValued !== true) return singleValue(attribute, value, where)
  const values = Array.isArray(value) ? value : [value]
  return values.flatMap((one) => singleValue(attribute, one, where) ?? [])
}

function singleValue(attribute: ScimAttribute, value: unknown, where: string): unknown {
  switch (attribute.type) {
    case 'complex':
      return complexValue(attribute, value, where)
    case 'boolean':
      return booleanValue(value, where)
    case 'string':
    case 'reference':
    case 'dateTime':
      // Numbers of employees, for one, come as numbers from some.
      if (typeof value === 'number') return String(value)
      if (typeof value === 'string') return value
      throw wrong(where, 'a text')
  }
}

function complexValue({ subAttributes = [] }: ScimAttribute, value: unknown, where: string) {
  // The text alone is how some send a manager or an address.
  const given = typeof value === 'string' ? { value } : value
  if (!isObject(given)) throw wrong(where, 'an object')
  const members = canonicalObject(given, subAttributes, where)
  return Object.keys(members).length === 0 ? undefined : members
}

/** Microsoft Entra writes "True" and "False". */
function booleanValue(value: unknown, where: string): boolean {
  const text = String(value).toLowerCase()
  const isFlag = typeof value === 'boolean' || typeof value === 'string'
  if (isFlag && (text === 'true' || text === 'false')) return text === 'true'
  throw wrong(where, 'true or false')
}

export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function wrong(where: string, expected: string): ScimError {
  return new ScimError('invalidValue', `${where} has to be ${expected}`)
}
