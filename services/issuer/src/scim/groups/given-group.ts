/** What a client says about a group. */
import type { Operation } from '../patch/operations.ts'
import { targetOf } from '../patch/patched.ts'
import {
  canonicalDocument,
  canonicalValue,
  type Document,
  EXTERNAL_ID,
  type Shape,
} from '../schemas/canonical.ts'
import { GROUP, GROUP_SCHEMA } from '../schemas/group-schema.ts'
import { ScimError } from '../scim-error.ts'
import { type MembershipChange, memberSubs } from './memberships.ts'

export const GROUP_SHAPE: Shape = {
  id: GROUP_SCHEMA,
  attributes: [...GROUP.attributes, EXTERNAL_ID],
  ignored: new Set(),
}

export interface GivenGroup {
  /** Undefined: it stays. */
  readonly name?: string
  /** '' takes it away. */
  readonly externalId?: string
  readonly members: readonly MembershipChange[]
}

/** A whole group: what is not there is taken away. @throws ScimError `invalidValue` */
export function wholeGroup(body: Document): Required<GivenGroup> {
  const { displayName, externalId, members } = canonicalDocument(body, GROUP_SHAPE)
  if (displayName === undefined) throw nameMissing()
  const subs = memberSubs((members ?? []) as Document[])
  return {
    name: displayName as string,
    externalId: (externalId ?? '') as string,
    members: [{ kind: 'replace', subs }],
  }
}

/** Members are changed one by one, so that a large group is not read to change one of them. */
export function changedGroup(operations: readonly Operation[]): GivenGroup {
  const given: { name?: string; externalId?: string } = {}
  const members: MembershipChange[] = []
  for (const { op, path = '', value } of operations) {
    const target = targetOf(path, GROUP_SHAPE)
    if (target === undefined) continue
    const { attribute, filter, sub } = target
    if (attribute.name === 'members') {
      if (sub && sub.name !== 'value') throw new ScimError('mutability', `${path} is read-only`)
      const named = (canonicalValue(attribute, value, path) ?? []) as Document[]
      members.push(membershipChange(op, filter, memberSubs(named)))
      continue
    }
    const text = op === 'remove' ? undefined : canonicalValue(attribute, value, path)
    if (attribute.name === 'displayName') {
      if (text === undefined) throw nameMissing()
      given.name = text as string
    } else given.externalId = (text ?? '') as string
  }
  return { ...given, members }
}

function membershipChange(
  op: Operation['op'],
  filter: Parameters<typeof filtered>[1] | undefined,
  subs: readonly string[],
): MembershipChange {
  if (filter !== undefined) return filtered(op, filter)
  // Without a value all of them go.
  if (op === 'remove' && subs.length === 0) return { kind: 'replace', subs: [] }
  return { kind: op, subs }
}

function filtered(
  op: Operation['op'],
  filter: Extract<MembershipChange, { kind: 'remove-matching' }>['filter'],
): MembershipChange {
  if (op === 'remove') return { kind: 'remove-matching', filter }
  throw new ScimError('mutability', 'a member is added or removed, and has nothing to change')
}

function nameMissing(): ScimError {
  return new ScimError('invalidValue', 'displayName is missing')
}
