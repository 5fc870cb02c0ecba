/** Changes of who is in a group, in the order of the operations. */
import { DIRECTORY_LIMITS, type Directory, refuseOwned } from '@latchkey/directory'
import type { Filter } from '../filter/filter.ts'
import { matches } from '../patch/matches.ts'
import type { Document } from '../schemas/canonical.ts'
import { ScimError } from '../scim-error.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'
import { allMembers } from './group-resource.ts'

export type MembershipChange =
  | { readonly kind: 'add' | 'remove' | 'replace'; readonly subs: readonly string[] }
  /** Those whom the filter of a path fits. */
  | { readonly kind: 'remove-matching'; readonly filter: Filter }

/** `sub`s of what a client names as members. @throws ScimError `invalidValue` */
export function memberSubs(members: readonly Document[]): string[] {
  const subs = members.map(({ value }) => {
    if (typeof value === 'string' && value.startsWith('u_') && value.length <= 64) return value
    throw new ScimError(
      'invalidValue',
      'a member is named by the id of a user; groups inside groups are made in the admin API',
    )
  })
  return [...new Set(subs)]
}

/**
 * Makes the changes, and gives those who are in or out of the group because of them. Whoever was in already, or is out already, is no
 * error: clients repeat what they do not know to have worked.
 * @throws InputError `unknown-user`, `owned-by-file`; ScimError `tooMany`
 */
export async function changeMembers(
  id: string,
  changes: readonly MembershipChange[],
  inside: Directory,
): Promise<string[]> {
  const most = SCIM_LIMITS.operationsOnAllMembers
  if (changes.filter(looksAtAll).length > most) {
    throw new ScimError(
      'tooMany',
      `more than ${most} operations on all members: name them by value`,
    )
  }
  const changed = new Set<string>()
  for (const change of changes) {
    const { added, removed } = await differenceOf(id, change, inside)
    const { addMembers, removeMembers } = inside.groups
    for (const some of inParts(removed)) {
      for (const sub of await removeMembers(id, some)) changed.add(sub)
    }
    for (const some of inParts(added)) {
      for (const sub of await addMembers(id, some)) changed.add(sub)
    }
  }
  // The file says of people which groups they are in.
  for (const sub of changed) await refuseOwned(inside, 'user', sub)
  return [...changed]
}

function looksAtAll(change: MembershipChange): boolean {
  return change.kind === 'remove-matching'
    ? namedBy(change.filter) === undefined
    : change.kind === 'replace'
}

async function differenceOf(id: string, change: MembershipChange, inside: Directory) {
  switch (change.kind) {
    case 'add':
      return { added: change.subs, removed: [] }
    case 'remove':
      return { added: [], removed: change.subs }
    case 'replace': {
      const before = (await allMembers(id, inside)).map(({ sub }) => sub)
      const [had, wanted] = [new Set(before), new Set(change.subs)]
      return {
        added: change.subs.filter((sub) => !had.has(sub)),
        removed: before.filter((sub) => !wanted.has(sub)),
      }
    }
    case 'remove-matching': {
      const named = namedBy(change.filter)
      if (named !== undefined) return { added: [], removed: named }
      const members = await allMembers(id, inside)
      const meant = members.filter(({ sub, username }) =>
        matches({ value: sub, display: username, type: 'User' }, change.filter),
      )
      return { added: [], removed: meant.map(({ sub }) => sub) }
    }
  }
}

/** Of `members[value eq "…"]`, which is what clients send: a large group need not be read for it. */
function namedBy(filter: Filter): string[] | undefined {
  if (filter.kind !== 'compare' || filter.path !== 'value' || filter.operator !== 'eq') {
    return undefined
  }
  return [String(filter.value)]
}

function* inParts(subs: readonly string[]): Generator<readonly string[]> {
  for (let start = 0; start < subs.length; start += DIRECTORY_LIMITS.membersPerChange) {
    yield subs.slice(start, start + DIRECTORY_LIMITS.membersPerChange)
  }
}
