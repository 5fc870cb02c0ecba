/** The body of PATCH: RFC 7644 section 3.5.2. */
import { isObject } from '../schemas/canonical.ts'
import { ScimError } from '../scim-error.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'

export interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path?: string
  readonly value?: unknown
}

const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const OPS: ReadonlySet<string> = new Set(['add', 'replace', 'remove'])

/** Read-only, and sent back by clients all the same: Okta names a group by its id when it renames it. */
const ECHOED: ReadonlySet<string> = new Set(['id', 'schemas', 'meta'])

/**
 * The operations in their order, each with a path: one without is as many as its object has members (Entra writes paths as their
 * names), and "Add" of Entra is add.
 * @throws ScimError `invalidSyntax`, `noTarget`, `tooMany`
 */
export function readOperations(body: unknown): Operation[] {
  const { schemas, operations } = isObject(body) ? folded(body) : {}
  const isPatch = Array.isArray(schemas) && schemas.includes(PATCH_SCHEMA)
  if (!isPatch || !Array.isArray(operations) || operations.length === 0) {
    throw new ScimError(
      'invalidSyntax',
      `schemas has to hold ${PATCH_SCHEMA}, and Operations at least one`,
    )
  }
  const all = operations.flatMap(readOperation)
  if (all.length <= SCIM_LIMITS.operations) return all
  throw new ScimError('tooMany', `${all.length} operations, at most ${SCIM_LIMITS.operations}`)
}

function readOperation(given: unknown): Operation[] {
  const { op, path, value } = isObject(given) ? folded(given) : {}
  const name = String(op).toLowerCase()
  if (!OPS.has(name)) throw new ScimError('invalidSyntax', 'op has to be add, replace or remove')
  const kind = name as Operation['op']
  if (kind !== 'remove' && value === undefined) {
    throw new ScimError('invalidSyntax', `${kind} needs a value`)
  }
  if (typeof path === 'string' && path !== '') return [{ op: kind, path, value }]
  if (path !== undefined && path !== '') throw new ScimError('invalidPath', 'path has to be a text')
  if (kind === 'remove') throw new ScimError('noTarget', 'remove needs a path')
  if (!isObject(value)) {
    throw new ScimError('invalidValue', 'without a path the value has to be an object')
  }
  return Object.entries(value)
    .filter(([member]) => !ECHOED.has(member.toLowerCase()))
    .map(([member, one]) => ({ op: kind, path: member, value: one }))
}

/** With names in lower case. */
function folded(given: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, one]) => [name.toLowerCase(), one]))
}
