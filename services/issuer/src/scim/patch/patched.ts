/** A resource after the operations of a PATCH: RFC 7644 section 3.5.2. */
import { type PatchPath, parsePath } from '../filter/parse-filter.ts'
import { canonicalValue, type Document, isObject, type Shape } from '../schemas/canonical.ts'
import { attributeNamed, type ScimAttribute } from '../schemas/scim-attribute.ts'
import { ScimError } from '../scim-error.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { madeBy, matches } from './matches.ts'
import type { Operation } from './operations.ts'

type Members = Record<string, unknown>

/** A place that a path names. */
export interface Target {
  readonly attribute: ScimAttribute
  readonly sub: ScimAttribute | undefined
  readonly filter: PatchPath['filter']
  readonly isExtension: boolean
}

/** @throws ScimError `invalidPath`, `mutability`, `noTarget`, `invalidValue`, `tooMany` */
export function patched(
  document: Document,
  operations: readonly Operation[],
  shape: Shape,
): Document {
  const result = structuredClone(document) as Members
  for (const operation of operations) apply(result, operation, shape)
  return result
}

function apply(document: Members, operation: Operation, shape: Shape): void {
  const path = operation.path ?? ''
  const { extension } = shape
  if (extension && path.toLowerCase() === extension.id.toLowerCase()) {
    applyToExtension(document, operation, extension.id, shape)
    return
  }
  const target = targetOf(path, shape)
  if (target === undefined) return
  const { id } = extension ?? { id: '' }
  const place = target.isExtension ? { ...(document[id] as Members | undefined) } : document
  applyTo(place, target, operation)
  if (target.isExtension) document[id] = place
}

/** The whole extension at once, as an object or member by member. */
function applyToExtension(document: Members, { op, value }: Operation, id: string, shape: Shape) {
  if (op === 'remove') {
    delete document[id]
    return
  }
  if (!isObject(value)) throw new ScimError('invalidValue', `${id} has to be an object`)
  for (const [name, one] of Object.entries(value)) {
    apply(document, { op, path: `${id}:${name}`, value: one }, shape)
  }
}

/** Undefined: an attribute that is taken and not kept. */
export function targetOf(path: string, shape: Shape): Target | undefined {
  const { attribute, filter, sub } = parsePath(path)
  const { names, isExtension } = withoutUrn(attribute, shape)
  const [name = '', inner, ...more] = names.split('.')
  const attributes = isExtension ? (shape.extension?.attributes ?? []) : shape.attributes
  const found = attributeNamed(attributes, name)
  if (found === undefined) {
    if (isExtension || shape.ignored.has(name.toLowerCase())) return undefined
    throw new ScimError('invalidPath', `there is no attribute ${name}`)
  }
  if (found.mutability === 'readOnly') throw new ScimError('mutability', `${name} is read-only`)
  const subName = sub ?? inner
  const inside =
    subName === undefined ? undefined : attributeNamed(found.subAttributes ?? [], subName)
  if (more.length > 0 || (subName !== undefined && inside === undefined)) {
    throw new ScimError('invalidPath', `there is no attribute ${path}`)
  }
  if (filter !== undefined && !found.multiValued) {
    throw new ScimError('invalidPath', `${name} has one value, and none to choose`)
  }
  return { attribute: found, sub: inside, filter, isExtension }
}

function withoutUrn(attribute: string, { id, extension }: Shape) {
  const folded = attribute.toLowerCase()
  if (extension && folded.startsWith(`${extension.id.toLowerCase()}:`)) {
    return { names: attribute.slice(extension.id.length + 1), isExtension: true }
  }
  const isCore = folded.startsWith(`${id.toLowerCase()}:`)
  return { names: isCore ? attribute.slice(id.length + 1) : attribute, isExtension: false }
}

function applyTo(place: Members, target: Target, operation: Operation): void {
  const { attribute } = target
  if (attribute.multiValued) place[attribute.name] = bounded(listAfter(place, target, operation))
  else place[attribute.name] = valueAfter(place[attribute.name], target, operation)
  if (place[attribute.name] === undefined) delete place[attribute.name]
}

/** The next operation goes through all of them. */
function bounded(values: unknown): unknown {
  if (!Array.isArray(values) || values.length <= SCIM_LIMITS.values) return values
  throw new ScimError('tooMany', `${values.length} values, at most ${SCIM_LIMITS.values}`)
}

/** Of an attribute with one value. What is not named of a complex one stays (section 3.5.2.3). */
function valueAfter(before: unknown, { attribute, sub }: Target, { op, value, path }: Operation) {
  const where = path ?? attribute.name
  if (sub) {
    const members = { ...(isObject(before) ? before : {}) }
    const after = op === 'remove' ? undefined : canonicalValue(sub, value, where)
    return withMember(members, sub.name, after)
  }
  if (op === 'remove') return undefined
  const after = canonicalValue(attribute, value, where)
  return isObject(after) && isObject(before) ? { ...before, ...after } : after
}

function listAfter(place: Members, target: Target, operation: Operation): unknown {
  const { attribute, filter, sub } = target
  const before = (place[attribute.name] ?? []) as Document[]
  if (filter === undefined && sub === undefined) return wholeList(before, target, operation)
  const isMeant = (one: Document) => filter === undefined || matches(one, filter)
  if (operation.op === 'remove') {
    if (sub === undefined) return before.filter((one) => !isMeant(one))
    return before.map((one) => (isMeant(one) ? (withMember(one, sub.name, undefined) ?? {}) : one))
  }
  const given = givenValue(target, operation)
  if (before.some(isMeant)) {
    return before.map((one) => (isMeant(one) ? { ...one, ...given } : one))
  }
  // Entra adds the first address for work by a path that chooses it.
  const made = filter === undefined ? {} : madeBy(filter)
  if (made === undefined) throw new ScimError('noTarget', `nothing fits ${operation.path}`)
  const first = canonicalValue({ ...attribute, multiValued: true }, [made], attribute.name)
  return [...before, { ...(first as Document[])[0], ...given }]
}

function givenValue({ attribute, sub }: Target, { value, path = '' }: Operation): Document {
  if (sub) return { [sub.name]: canonicalValue(sub, value, path) }
  const [one] = canonicalValue(attribute, value, path) as Document[]
  return one ?? {}
}

function wholeList(before: readonly Document[], { attribute }: Target, operation: Operation) {
  const { op, value, path = '' } = operation
  const given = (canonicalValue(attribute, value, path) ?? []) as Document[]
  const names = new Set(given.map((one) => one['value']))
  const others = before.filter((one) => !names.has(one['value']))
  if (op === 'replace') return given
  // Entra names the values that go beside the path.
  if (op === 'remove') return given.length === 0 ? undefined : others
  // At most one is primary (RFC 7643 section 2.4): the new one.
  const isReplaced = given.some((one) => one['primary'] === true)
  return [...others.map((one) => (isReplaced ? { ...one, primary: false } : one)), ...given]
}

function withMember(members: Document, name: string, value: unknown): Document | undefined {
  const { [name]: _, ...rest } = members
  const all = value === undefined ? rest : { ...rest, [name]: value }
  return Object.keys(all).length === 0 ? undefined : all
}
